/**
 * `deno task release jsr|npm DIR`: copies the published files to a new
 * directory, with an import of the command line parser that works in the
 * registry.
 *
 * In the copy for JSR the names `@std/…` are packages of that registry; run
 * `deno publish` there. The copy for npm contains the parser's file and has no
 * dependencies; run `deno pack` there.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import { ROOT } from "./command.ts";

/** The imports of the package in JSR. */
const JSR_IMPORTS = {
  "@std/cli/parse-args": "jsr:@std/cli@^1.0.0/parse-args",
};

/** The only file that imports the parser. */
const PARSER = new URL("cli/parse_args.ts", ROOT);

/**
 * The modules that the package loads by URL. `deno pack` compiles only modules
 * that an export imports, and Deno does not run TypeScript from an npm package.
 */
const LOADED_BY_URL = [
  "fuse/fs/workers/worker.ts",
  "fuse/fs/mirror/module.ts",
  "fuse/fs/testing/_call.ts",
  "fuse/fs/testing/_directory_client.ts",
];

/** The properties of the package in all registries. */
const { name, version, license, exports, compilerOptions } = config;

/** The function that finishes a copy, by the name of the registry. */
const RELEASES: Readonly<Record<string, (into: string) => Promise<void>>> = {
  jsr: async (into) => {
    await writeConfig(into, { exports, imports: JSR_IMPORTS });
    await nameParser(into, "./parse_args.ts");
  },
  npm: async (into) => {
    const loaded = LOADED_BY_URL.map((path) => [`./${path}`, `./${path}`]);
    await writeConfig(into, {
      exports: { ...exports, ...Object.fromEntries(loaded) },
      imports: {},
    });
    await nameVersion(into);
    await nameParser(into, "./parse_args.js");
    await Deno.writeTextFile(`${into}/cli/parse_args.js`, await parserSource());
    await Deno.remove(`${into}/cli/parse_args.ts`);
  },
};

/**
 * Replaces the computed import of the parser by a literal one, since the
 * registries' tools rewrite and pack only literal imports.
 */
async function nameParser(into: string, name: string): Promise<void> {
  const path = `${into}/cli/parse.ts`;
  const source = await Deno.readTextFile(path);
  const named = source.replace("import(PARSER)", `import("${name}")`);
  if (named === source) throw new Error("cli/parse.ts has no import(PARSER)");
  await Deno.writeTextFile(path, named);
}

/**
 * Makes the command read its version from a separate file, since the package
 * for npm has no `deno.json`.
 */
async function nameVersion(into: string): Promise<void> {
  const path = `${into}/cli/main.ts`;
  const source = await Deno.readTextFile(path);
  const named = source.replace('"../deno.json"', '"./version.json"');
  if (named === source) throw new Error("cli/main.ts has no ../deno.json");
  await Deno.writeTextFile(path, named);
  await Deno.writeTextFile(
    `${into}/cli/version.json`,
    `${JSON.stringify({ version })}\n`,
  );
}

/** Writes the configuration of a copy. */
async function writeConfig(
  into: string,
  own: { exports: Record<string, string>; imports: Record<string, string> },
): Promise<void> {
  const released = { name, version, license, ...own, compilerOptions };
  const text = JSON.stringify(released, null, 2);
  await Deno.writeTextFile(`${into}/deno.json`, `${text}\n`);
}

/** Returns the source of the parser's only file, fetching it if needed. */
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

/** Copies the published files. */
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
