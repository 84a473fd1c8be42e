/**
 * The names that Go declarations export, as Go's documentation pages show them:
 * members with a dot, embedded structs by the name of their type.
 *
 * @module
 */

/** Declarations outside braces and parentheses. */
const TOP = [
  /^(?:const|var|type|func) ([A-Z]\w*)/,
  /^func \(\w* ?\*?([A-Z]\w*)\) ([A-Z]\w*)/,
  /^directory (\S+)/,
];

/** Returns each name after its package, e.g. `"fuse Request.Hdr"`. */
export function goNames(declarations: string): Set<string> {
  const names = new Set<string>();
  let goPackage = "";
  /** The name of the current struct or interface, with a dot. */
  let prefix = "";
  for (const line of declarations.split("\n")) {
    goPackage = /^package (\w+)$/.exec(line)?.[1] ?? goPackage;
    const member = /^\s+([A-Z]\w*)/.exec(line);
    if (member) names.add(`${goPackage} ${prefix}${member[1]}`);
    for (const form of TOP) {
      const [, ...parts] = form.exec(line) ?? [];
      if (parts.length > 0) names.add(`${goPackage} ${parts.join(".")}`);
    }
    const opened = /^type (\w+) (?:struct|interface) \{$/.exec(line);
    if (opened) prefix = `${opened[1]}.`;
    else if (/^\S/.test(line)) prefix = "";
  }
  return names;
}
