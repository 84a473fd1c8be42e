/**
 * `deno task release jsr|npm DIR`: a copy of what is published, in a new
 * directory, with the parser of command lines from where its users have it.
 *
 * In the copy for JSR the names `@std/…` mean that registry's packages:
 * `deno publish` there. The copy for npm has the parser's file inside, and
 * depends on nothing: `deno pack` there.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import { ROOT } from "./command.ts";

/** What the published package imports of JSR. */
const JSR_IMPORTS = {
  "@std/cli/parse-args": "jsr:@std/cli@^1.0.0/parse-args",
};

/** The one file that imports it. */
const PARSER = new URL("cli/parse_args.ts", ROOT);

/** What is said of the package, whichever registry has it. */
const { name, version, license, exports, compilerOptions } = config;

/** The copies there are, by the name of the registry. */
const RELEASES: Readonly<Record<string, (into: string) => Promise<void>>> = {
  jsr: async (into) => {
    await writeConfig(into, JSR_IMPORTS);
    await nameParser(into, "./parse_args.ts");
  },
  npm: async (into) => {
    await writeConfig(into, {});
    await nameParser(into, "./parse_args.js");
    await Deno.writeTextFile(`${into}/cli/parse_args.js`, await parserSource());
    await Deno.remove(`${into}/cli/parse_args.ts`);
  },
};

/**
 * Has the parser imported by name, since the registries' tools rewrite and pack
 * only what they can read.
 */
async function nameParser(into: string, name: string): Promise<void> {
  const path = `${into}/cli/parse.ts`;
  const source = await Deno.readTextFile(path);
  const named = source.replace("import(PARSER)", `import("${name}")`);
  if (named === source) throw new Error("cli/parse.ts has no import(PARSER)");
  await Deno.writeTextFile(path, named);
}

/** Writes the configuration of a copy. */
async function writeConfig(
  into: string,
  imports: Record<string, string>,
): Promise<void> {
  const released = {
    name,
    version,
    license,
    exports,
    imports,
    compilerOptions,
  };
  const text = JSON.stringify(released, null, 2);
  await Deno.writeTextFile(`${into}/deno.json`, `${text}\n`);
}

/** Returns the text of the parser's one file, fetched if need be. */
async function parserSource(): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", PARSER.href],
    cwd: ROOT,
    stdin: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const { modules, npmPackages } = JSON.parse(new TextDecoder().decode(stdout));
  const { specifier, npmPackage } = modules.find(
    ({ kind }: { kind: string }) => kind === "npm",
  );
  const file = specifier.slice(`npm:/${npmPackage}`.length);
  return await Deno.readTextFile(npmPackages[npmPackage].localPath + file);
}

/** Copies the files that are published. */
async function copy(from: URL, into: string): Promise<void> {
  await Deno.mkdir(into);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const published = !name.startsWith(".") &&
      !EXCLUDED.has(`${name}${isDirectory ? "/" : ""}`);
    if (!published) continue;
    const source = new URL(isDirectory ? `${name}/` : name, from);
    if (isDirectory) await copy(source, `${into}/${name}`);
    else await Deno.copyFile(source, `${into}/${name}`);
  }
}

const EXCLUDED = new Set([...config.publish.exclude, "deno.json"]);

async function main([registry = "", into]: string[]): Promise<number> {
  const release = Object.hasOwn(RELEASES, registry)
    ? RELEASES[registry]
    : undefined;
  if (release === undefined || into === undefined) {
    // deno-lint-ignore no-console -- a command's output
    console.error(`Usage: release ${Object.keys(RELEASES).join("|")} DIR`);
    return 2;
  }
  await copy(ROOT, into);
  await release(into);
  return 0;
}

if (import.meta.main) main(Deno.args).then(Deno.exit);
