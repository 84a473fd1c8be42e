import { assert, assertEquals } from "@std/assert";
import { errnoNumber } from "../../ffi/errno.ts";
import * as posix from "../../posix/mod.ts";
import { compiler, hasProgram } from "../_support/platform.ts";
import { constantsOf } from "./platforms.ts";

const HEADERS = [
  "errno.h",
  "fcntl.h",
  "limits.h",
  "sys/mman.h",
  "sys/mount.h",
  "sys/stat.h",
  "sys/xattr.h",
  "linux/memfd.h",
  "linux/mman.h",
];

/** What is ours alone. */
const NOT_IN_C = ["FP_SPECIAL", "PROT_RDWR"];

/** A C compiler for each CPU; none needs to run what it compiles. */
const COMPILERS:
  readonly (readonly [arch: string, compiler: string | undefined])[] = [
    ["x86_64", Deno.build.arch === "x86_64" ? compiler : undefined],
    [
      "aarch64",
      hasProgram("aarch64-linux-gnu-gcc")
        ? "aarch64-linux-gnu-gcc"
        : Deno.build.arch === "aarch64"
        ? compiler
        : undefined,
    ],
  ];

const INCLUDES = "#define _GNU_SOURCE\n" +
  HEADERS.map((header) =>
    `#if __has_include(<${header}>)\n#include <${header}>\n#endif\n`
  ).join("");

async function compile(
  compiler: string,
  args: string[],
  source: string,
): Promise<string> {
  const child = new Deno.Command(compiler, {
    args: [...args, "-x", "c", "-o", "-", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(60_000),
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Returns the value of those macros that the headers define, 32 bits wide. */
async function macroValues(
  compiler: string,
  names: string[],
): Promise<Map<string, number>> {
  const lines = names.map((name) =>
    `#ifdef ${name}\nconst long long v_${name} = (long long) (${name});\n#endif`
  );
  const source = INCLUDES + lines.join("\n") + "\n";
  const assembly = await compile(compiler, ["-S"], source);
  const values = assembly.matchAll(
    /^v_(\w+):\n\s+\.(quad|xword|zero)\s+(-?\d+)/gm,
  );
  return new Map(
    [...values].map(([, name, directive, value]) => [
      name!,
      directive === "zero" ? 0 : Number(BigInt.asIntN(32, BigInt(value!))),
    ]),
  );
}

for (const [arch, compiler] of COMPILERS) {
  Deno.test({
    name: `constants are those of the C headers on Linux ${arch}`,
    ignore: compiler === undefined,
    fn: async () => {
      const ours = await constantsOf("linux", arch);
      const names = Object.keys(ours).filter((name) =>
        !NOT_IN_C.includes(name)
      );
      const theirs = await macroValues(compiler!, names);
      const wrong = [...theirs].filter(([name, value]) =>
        (ours[name]! | 0) !== value
      );
      // deno-lint-ignore no-console -- the count is a result
      console.log(
        `${theirs.size} of ${names.length} constants compared; not in ` +
          `the headers here: ${
            names.filter((name) => !theirs.has(name) && ours[name] !== -1)
              .join(" ")
          }`,
      );
      assertEquals(wrong, []);
      assert(theirs.size > 250, "too few to be all headers");
    },
  });

  Deno.test({
    name: `no constant of these kinds in the C headers is missing, ${arch}`,
    ignore: compiler === undefined,
    fn: async () => {
      const macros = await compile(compiler!, ["-dM", "-E"], INCLUDES);
      const names = [...macros.matchAll(/^#define (\w+) /gm)].map((m) => m[1]!);
      const missing = names.filter((name) =>
        /^(E[A-Z0-9]+|S_I\w+|(O|MADV|MREMAP|F_SEAL|MFD|MCL)_\w+)$/.test(name) &&
        !(name in posix)
      );
      assertEquals(missing, []);
    },
  });
}

Deno.test("E* constants are the numbers that errnoName() knows", () => {
  for (const [name, value] of Object.entries(posix)) {
    if (!/^E[A-Z0-9]+$/.test(name)) continue;
    assertEquals(value, errnoNumber(name) ?? -1, name);
  }
});

Deno.test("every errno has a constant", () => {
  for (let n = 0; n < 256; n++) {
    const name = posix.errnoName(n);
    if (name === "") continue;
    assertEquals((posix as unknown as Record<string, number>)[name], n);
  }
});

Deno.test("constants are importable on a system that cannot run the library", async () => {
  const { EPERM, O_CREAT } = await constantsOf("windows", "riscv64");
  assertEquals({ EPERM, O_CREAT }, { EPERM: 1, O_CREAT: 0o100 });
});

Deno.test("a constant that macOS lacks is -1, and so is one that Linux lacks", async () => {
  const darwin = await constantsOf("darwin", "aarch64");
  assertEquals(darwin.MADV_HUGEPAGE, -1);
  assertEquals(darwin.F_SEAL_WRITE, -1);
  assertEquals(darwin.EBADE, -1);
  assertEquals(darwin.ENOATTR, 93);
  const linux = await constantsOf("linux", "aarch64");
  assertEquals(linux.ENOATTR, -1);
  assertEquals(linux.MAP_32BIT, -1);
});
