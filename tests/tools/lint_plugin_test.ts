import { assertEquals } from "@std/assert";
import plugin from "../../tools/lint_plugin.ts";

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** Returns what one rule says about a source that would stand at `path`. */
function lint(rule: string, path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, ROOT + path, source)
    .filter(({ id }) => id === `${plugin.name}/${rule}`)
    .map(({ message }) => message);
}

interface Cases {
  /** Sources that the rule refuses: path, source, message. */
  refused: readonly (readonly [string, string, string])[];
  /** Sources that it lets pass: path, source. */
  accepted: readonly (readonly [string, string])[];
}

function testRule(rule: string, { refused, accepted }: Cases): void {
  for (const [path, source, message] of refused) {
    Deno.test(`${rule} refuses ${source} in ${path}`, () => {
      assertEquals(lint(rule, path, source), [message]);
    });
  }
  for (const [path, source] of accepted) {
    Deno.test(`${rule} accepts ${source} in ${path}`, () => {
      assertEquals(lint(rule, path, source), []);
    });
  }
}

testRule("layering", {
  refused: [
    [
      "ffi/a.ts",
      'import { x } from "../posix/mod.ts";',
      "ffi/ may not import posix/",
    ],
    [
      "ffi/a.ts",
      'import type { X } from "../posix/mod.ts";',
      "ffi/ may not import posix/",
    ],
    [
      "posix/a.ts",
      'export { x } from "../mmap/b.ts";',
      "posix/ may not import mmap/",
    ],
    [
      "mmap/a.ts",
      'export * from "../usermem/safemem/b.ts";',
      "mmap/ may not import usermem/",
    ],
    [
      "usermem/safemem/a.ts",
      'import "../../hostfd/b.ts";',
      "usermem/ may not import hostfd/",
    ],
    [
      "hostfd/a.ts",
      'await import("../fuse/fs/b.ts");',
      "hostfd/ may not import fuse/",
    ],
    [
      "hostfd/a.ts",
      "await import(`../fuse/b.ts`);",
      "hostfd/ may not import fuse/",
    ],
    [
      "hostfd/a.ts",
      'let x: import("../fuse/b.ts").X;',
      "hostfd/ may not import fuse/",
    ],
    [
      "fuse/fs/a.ts",
      'import "../../examples/b.ts";',
      "fuse/ may not import examples/",
    ],
    [
      "examples/a.ts",
      'import "../cli/mod.ts";',
      "examples/ may not import cli/",
    ],
    ["ffi/a.ts", 'import "../mod.ts";', "ffi/ may not import mod.ts"],
    [
      "cli/a.ts",
      'import "../tests/_support/b.ts";',
      "cli/ may not import tests/",
    ],
    [
      "posix/a.ts",
      'import "@hostkit/hostkit/fuse/fs";',
      "posix/ may not import fuse/",
    ],
    [
      "mmap/a.ts",
      'import "@hostkit/hostkit/safemem";',
      "mmap/ may not import usermem/",
    ],
    [
      "mmap/a.ts",
      'import "@hostkit/hostkit";',
      "mmap/ may not import mod.ts",
    ],
  ],
  accepted: [
    ["posix/a.ts", 'import "../ffi/libc.ts";'],
    ["fuse/fs/a.ts", 'import "../../ffi/libc.ts";'],
    ["fuse/fs/a.ts", 'import "../conn.ts";'],
    ["fuse/a.ts", 'export * from "./fs/mod.ts";'],
    ["usermem/safemem/a.ts", 'import "../../mmap/mod.ts";'],
    ["cli/a.ts", 'import "../examples/hello.ts";'],
    ["cli/a.ts", 'import a from "../deno.json" with { type: "json" };'],
    ["examples/a.ts", 'import "@hostkit/hostkit/fuse";'],
    ["ffi/a.ts", 'import "node:fs";'],
    ["ffi/a.ts", "await import(name);"],
    ["mod.ts", 'export * as fuse from "./fuse/mod.ts";'],
    ["tests/ffi/a_test.ts", 'import "../../fuse/mod.ts";'],
    ["tools/a.ts", 'import "../fuse/mod.ts";'],
  ],
});

/** The message for the import of a file that is no entry of its folder. */
function notAnEntry(path: string): string {
  const folder = path.slice(0, path.lastIndexOf("/"));
  return `Import ${folder}/mod.ts or ${folder}/internal.ts, not ${path}`;
}

testRule("folder-entry", {
  refused: [
    ["fuse/fs/a.ts", 'import "../../ffi/a.ts";', notAnEntry("ffi/a.ts")],
    [
      "fuse/conn/a.ts",
      'import type { Frame } from "../message/frame.ts";',
      notAnEntry("fuse/message/frame.ts"),
    ],
    [
      "fuse/fs/server/a.ts",
      'let x: import("../../conn/conn.ts").Conn;',
      notAnEntry("fuse/conn/conn.ts"),
    ],
    [
      "fuse/fs/a.ts",
      'import "./server/server.ts";',
      notAnEntry("fuse/fs/server/server.ts"),
    ],
    [
      "hostfd/a.ts",
      'export * from "../usermem/safemem/_a.ts";',
      notAnEntry("usermem/safemem/_a.ts"),
    ],
    ["mod.ts", 'export * from "./ffi/a.ts";', notAnEntry("ffi/a.ts")],
    ["tools/a.ts", 'await import("../ffi/a.ts");', notAnEntry("ffi/a.ts")],
    [
      "benches/a.ts",
      'import "../cli/workload.ts";',
      notAnEntry("cli/workload.ts"),
    ],
    [
      "examples/a.ts",
      'import "../fuse/mount/internal.ts";',
      "An example uses only public modules, not fuse/mount/internal.ts",
    ],
    [
      "fuse/mod.ts",
      'export { x } from "./conn/internal.ts";',
      "fuse/mod.ts is public, and fuse/conn/internal.ts is not",
    ],
    [
      "fuse/conn/mod.ts",
      'export { x } from "./internal.ts";',
      "fuse/conn/mod.ts is public, and fuse/conn/internal.ts is not",
    ],
    [
      "cli/a.ts",
      'await import("../examples/_a.ts");',
      "examples/_a.ts is private to examples/",
    ],
  ],
  accepted: [
    ["ffi/a.ts", 'import "./_a.ts";'],
    ["fuse/conn/a.ts", 'import "./wire.ts";'],
    ["fuse/fs/server/a.ts", 'import "../node.ts";'],
    ["fuse/fs/a.ts", 'import "../../ffi/mod.ts";'],
    ["fuse/conn/a.ts", 'import "../message/internal.ts";'],
    ["fuse/fs/mod.ts", 'export * from "./server/mod.ts";'],
    ["fuse/conn/internal.ts", 'export { x } from "./wire.ts";'],
    ["cli/a.ts", 'import "../fuse/fs/server/internal.ts";'],
    ["examples/a.ts", 'import "@hostkit/hostkit/fuse/fs";'],
    ["benches/a.ts", 'import "../examples/ring_copy.ts";'],
    ["tests/ffi/a_test.ts", 'import "../../ffi/_a.ts";'],
  ],
});

testRule("unsafe-folder", {
  refused: [
    ["posix/a.ts", "Deno.dlopen(x, y);", "Deno.dlopen outside ffi/"],
    [
      "fuse/fs/a.ts",
      "Deno.UnsafePointer.of(x);",
      "Deno.UnsafePointer outside ffi/",
    ],
    [
      "cli/mod.ts",
      "new Deno.UnsafePointerView(x);",
      "Deno.UnsafePointerView outside ffi/",
    ],
    [
      "examples/a.ts",
      "new Deno.UnsafeCallback(x, y);",
      "Deno.UnsafeCallback outside ffi/",
    ],
    [
      "tools/a.ts",
      "new globalThis.Deno.UnsafeFnPointer(x, y);",
      "Deno.UnsafeFnPointer outside ffi/",
    ],
    ["benches/a.ts", 'Deno["dlopen"](x, y);', "Deno.dlopen outside ffi/"],
    ["mmap/a.ts", "Deno?.[`dlopen`];", "Deno.dlopen outside ffi/"],
    ["mmap/a.ts", "const { dlopen } = Deno;", "Deno.dlopen outside ffi/"],
    ["mmap/a.ts", "({ dlopen: open } = Deno);", "Deno.dlopen outside ffi/"],
    [
      "mmap/a.ts",
      "const { Deno: { UnsafePointer: P } } = globalThis;",
      "Deno.UnsafePointer outside ffi/",
    ],
    [
      "mmap/a.ts",
      "const runtime = Deno; runtime.dlopen(x, y);",
      "Deno.dlopen outside ffi/",
    ],
    [
      "mmap/a.ts",
      "let x: Deno.UnsafePointer;",
      "Deno.UnsafePointer outside ffi/",
    ],
  ],
  accepted: [
    ["ffi/runtime.ts", "Deno.dlopen(x, y);"],
    ["tests/ffi/a_test.ts", "Deno.dlopen(x, y);"],
    ["posix/a.ts", "Deno.build.os;"],
    ["posix/a.ts", "const { build } = Deno;"],
    ["posix/a.ts", "const UnsafePointer = 1;"],
    ["posix/a.ts", "const table = { dlopen: 1 };"],
    ["posix/a.ts", "x[dlopen];"],
  ],
});

const BARE = "Deno.dlopen without a // SAFETY: comment";

testRule("safety-comment", {
  refused: [
    ["ffi/a.ts", "Deno.dlopen(x, y);", BARE],
    ["ffi/a.ts", "const { dlopen } = Deno;", BARE],
    ["ffi/a.ts", "// Opens it.\nDeno.dlopen(x, y);", BARE],
    ["ffi/a.ts", "// SAFETY:\nDeno.dlopen(x, y);", BARE],
    ["ffi/a.ts", "// SAFETY: yes.\n\nDeno.dlopen(x, y);", BARE],
    ["ffi/a.ts", "// SAFETY: yes.\nf();\nDeno.dlopen(x, y);", BARE],
    ["ffi/a.ts", "f(); // SAFETY: yes.\nDeno.dlopen(x, y);", BARE],
    [
      "ffi/a.ts",
      "// SAFETY: yes.\nfunction f() {\n  return Deno.dlopen(x, y);\n}",
      BARE,
    ],
  ],
  accepted: [
    ["ffi/a.ts", "// SAFETY: yes.\nDeno.dlopen(x, y);"],
    ["ffi/a.ts", "// SAFETY: yes,\n// and more.\nf(\n  Deno.dlopen(x, y),\n);"],
    ["ffi/a.ts", "// SAFETY: yes.\nexport const a = Deno.dlopen(x, y);"],
    ["ffi/a.ts", "// SAFETY: yes.\nconst { dlopen } = Deno;"],
    [
      "ffi/a.ts",
      "function f() {\n  // SAFETY: yes.\n  return Deno.dlopen(x, y);\n}",
    ],
    [
      "ffi/a.ts",
      "function f() {\n  class A {\n    // SAFETY: yes.\n    #a = Deno.dlopen(x, y);\n  }\n}",
    ],
    ["ffi/a.ts", "let x: Deno.UnsafePointer;"],
    ["tests/ffi/a_test.ts", "Deno.dlopen(x, y);"],
  ],
});

const ONLY_REEXPORTS = "An entry of a folder holds only re-exports";

testRule("entry-reexports", {
  refused: [
    ["ffi/mod.ts", "export const x = 1;", ONLY_REEXPORTS],
    ["fuse/fs/mod.ts", "export function f() {}", ONLY_REEXPORTS],
    ["mod.ts", 'import "./ffi/mod.ts";', ONLY_REEXPORTS],
    ["mod.ts", "start();", ONLY_REEXPORTS],
    ["posix/mod.ts", "export {};", ONLY_REEXPORTS],
    ["fuse/conn/internal.ts", "export const x = 1;", ONLY_REEXPORTS],
  ],
  accepted: [
    ["mod.ts", 'export * as ffi from "./ffi/mod.ts";'],
    ["ffi/mod.ts", 'export * from "./a.ts";'],
    ["ffi/mod.ts", '/** Doc. */\nexport { a, type B } from "./a.ts";'],
    ["ffi/mod.ts", 'export type { B } from "./a.ts";'],
    ["ffi/model.ts", "export const x = 1;"],
    ["cli/mod.ts", "start();"],
  ],
});

Deno.test("the rules leave files outside the repository alone", () => {
  const source = 'import "../posix/_a.ts"; Deno.dlopen(x, y);';
  assertEquals(
    Deno.lint.runPlugin(plugin, "/elsewhere/ffi/mod.ts", source),
    [],
  );
});

const STARTED = (program: string) => `${program} is started but not declared`;

testRule("programs-asked", {
  refused: [
    ["tests/a.ts", 'output("setfacl", "-b", "f");', STARTED("setfacl")],
    [
      "tests/a.ts",
      'new Deno.Command("/usr/bin/strace", { args: [] });',
      STARTED("strace"),
    ],
    [
      "tests/a.ts",
      'new Deno.Command("timeout", { args: ["-k", "1", "60", "python3"] });',
      STARTED("python3"),
    ],
    ["tests/a.ts", 'spawnSync("gcc", ["-c"]);', STARTED("gcc")],
    [
      "tests/a.ts",
      "runAndInterrupt(started, `fio`, dir);",
      STARTED("fio"),
    ],
    [
      "tests/a.ts",
      'const script = `cd "$1"; x=$(getfattr -d f) | cat`;\n' +
      'output("sh", "-c", script);',
      STARTED("getfattr"),
    ],
    ["tests/a.ts", 'holdOpen(path, "git status");', STARTED("git")],
    [
      "tests/a.ts",
      'mountTest("a", async () => {}, { programs: ["git"] });\n' +
      'mountTest("b", async () => { await run("git"); });',
      STARTED("git"),
    ],
    [
      "tests/a.ts",
      'const all = { programs: ["tar"], script: "rsync a b" };',
      STARTED("rsync"),
    ],
  ],
  accepted: [
    ["tests/a.ts", 'output("cat", path);'],
    ["tests/a.ts", "output(`${mnt}/program`);"],
    ["tests/a.ts", 'new Deno.Command(program, { args: ["x"] });'],
    ["tests/a.ts", 'const run = /x/; run.exec("git");'],
    ["tests/a.ts", 'function run() {}\nrun("git");'],
    [
      "tests/a.ts",
      'mountTest("a", () => output("git"), { programs: ["git"] });',
    ],
    [
      "tests/a.ts",
      'const ask = () => run("git");\n' +
      'Deno.test("a", { ignore: lacks("git") }, ask);',
    ],
    [
      "tests/a.ts",
      'output("sh", "-c", `own() { cat; }; if ! [ -e a ]; then own; fi`);',
    ],
    ["tests/a.ts", 'output("sh", "-c", "for i in git; do echo $i git; done");'],
    ["tools/a.ts", 'output("git");'],
  ],
});
