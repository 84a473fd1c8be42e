import { assert, assertEquals } from "@std/assert";
import * as libc from "../../ffi/abi_linux.ts";
import type { Struct } from "../../ffi/struct.ts";
import * as fuse from "../../fuse/_abi.ts";
import * as protocol from "../../fuse/constants.ts";
import { evaluate } from "../_support/c_compiler.ts";
import { compareWithCompiler } from "../_support/c_layout.ts";
import { compiler, hasProgram } from "../_support/platform.ts";
import { constants, fuseLayouts, later, libcLayouts } from "./_abi_tables.ts";

/** The protocol of the oldest header that the tables tell `later` things of. */
const HEADER_MIN = 37;

function isStruct(value: unknown): value is Struct {
  return typeof value === "object" && value !== null && "cName" in value;
}

/** The structs for a CPU; `struct stat` is the only one with two. */
function structsFor(arch: string): Struct[] {
  const other = arch === "x86_64" ? libc.STAT_AARCH64 : libc.STAT_X86_64;
  return [...Object.values(fuse), ...Object.values(libc)]
    .filter((value) => isStruct(value))
    .filter((struct) => struct !== other);
}

/** What a version of the protocol leaves unused the next one may name. */
function withoutUnused(struct: Struct): Struct {
  const used = Object.entries(struct.offset)
    .filter(([name]) => !/^(unused|padding|spare|dummy)/.test(name));
  return { ...struct, offset: Object.fromEntries(used) };
}

/** Returns the minor version of a compiler's `<linux/fuse.h>`; 0 for none. */
function headerMinor(program: string | undefined): number {
  if (program === undefined) return 0;
  try {
    return evaluate(
      "linux/fuse.h",
      ["FUSE_KERNEL_MINOR_VERSION"],
      program,
    )[0] ??
      0;
  } catch {
    return 0;
  }
}

/** A compiler for each CPU; none needs to run what it compiles. */
const COMPILERS = ["x86_64", "aarch64"].map((arch) => {
  const cross = `${arch}-linux-gnu-gcc`;
  const program = Deno.build.arch === arch
    ? compiler
    : hasProgram(cross)
    ? cross
    : undefined;
  return { arch, program, ignore: headerMinor(program) < HEADER_MIN };
});

/** Fails if something is unknown that is not newer than the oldest header. */
function checkUnknown(what: string, compared: number, unknown: string[]): void {
  // deno-lint-ignore no-console -- the count is a result
  console.log(
    `${compared} ${what} compared; the header is too old for: ` +
      (unknown.join(" ") || "none"),
  );
  const isLater = (name: string) => later.has(name.split(".").at(-1)!);
  assertEquals(unknown.filter((name) => !isLater(name)), []);
}

Deno.test("_abi.ts has the structs of protocol 7.45", () => {
  for (const { cName, size, offset } of Object.values(fuse)) {
    const layout = fuseLayouts.get(cName);
    assertEquals([cName, size], [cName, layout?.size]);
    for (const [field, at] of Object.entries(offset)) {
      assertEquals([cName, field, at], [cName, field, layout?.offset[field]]);
    }
  }
});

Deno.test("abi_linux.ts has libc's structs on both CPUs", () => {
  const ours = Object.entries(libc).filter(([, value]) => isStruct(value));
  assertEquals(
    Object.fromEntries(ours.map(([name, value]) => {
      const { size, offset } = value as Struct;
      return [name, { size, offset }];
    })),
    Object.fromEntries(libcLayouts),
  );
});

for (const { arch, program, ignore } of COMPILERS) {
  Deno.test(`Structs are those of the C headers on Linux ${arch}`, {
    ignore,
  }, () => {
    const structs = structsFor(arch).map(withoutUnused);
    const { compared, mismatches, unknown } = compareWithCompiler(
      structs,
      program,
    );
    assertEquals(mismatches, []);
    assert(compared > structs.length);
    checkUnknown("sizes, alignments and offsets", compared, [...unknown]);
  });
}

Deno.test("constants.ts has the numbers of protocol 7.45", () => {
  for (const [name, value] of Object.entries(protocol)) {
    if (!/^(FUSE|FOPEN|FATTR|CUSE)_/.test(name)) continue;
    assertEquals([name, BigInt(value)], [name, constants.get(name)]);
  }
});

/** Where the names of constants.ts come from; the first that knows one counts. */
const HEADERS = [
  ...["linux/fuse.h", "dirent.h", "fcntl.h", "poll.h"],
  ...["linux/falloc.h", "sys/xattr.h"],
];

Deno.test("constants.ts has the numbers of the C headers", {
  ignore: headerMinor(compiler) < HEADER_MIN,
}, () => {
  const ours = Object.entries(protocol)
    .filter(([name]) => name !== "FUSE_KERNEL_MINOR_VERSION");
  const values = HEADERS.map((header) =>
    evaluate(header, ours.map(([name]) => name))
  );
  const rows = ours.map(([name, value], i) => {
    const actual = values.map((value) => value[i]).find((it) =>
      it !== undefined
    );
    return { name, value: BigInt(value), actual };
  });
  const known = rows.filter(({ actual }) => actual !== undefined);
  assertEquals(
    known.filter(({ value, actual }) =>
      value !== BigInt.asUintN(64, BigInt(actual!))
    ),
    [],
  );
  const unknown = rows.filter(({ actual }) => actual === undefined);
  checkUnknown("constants", known.length, unknown.map(({ name }) => name));
});

Deno.test("abi_linux.ts has the numbers of fcntl.h", {
  ignore: compiler === undefined,
}, () => {
  const ours = Object.entries(libc)
    .filter(([name]) => name.startsWith("AT_"));
  const theirs = evaluate("fcntl.h", ours.map(([name]) => name));
  assertEquals(ours, ours.map(([name], i) => [name, theirs[i]]));
});
