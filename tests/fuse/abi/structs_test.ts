import { assert, assertEquals } from "@std/assert";
import * as libc from "../../../ffi/abi_linux.ts";
import type { Struct } from "../../../ffi/struct.ts";
import * as fuse from "../../../fuse/abi/structs.ts";
import * as protocol from "../../../fuse/abi/constants.ts";
import { evaluate } from "../../_support/c_compiler.ts";
import { compareWithCompiler } from "../../_support/c_layout.ts";
import { newestFuseHeader } from "../../_support/fuse_header.ts";
import { compiler, hasProgram } from "../../_support/platform.ts";
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

/** What a version of the protocol leaves unused, and the next one may name. */
const UNUSED = /^(unused|padding|spare|dummy|reserved)/;

function withoutUnused(struct: Struct): Struct {
  const used = Object.entries(struct.offset)
    .filter(([name]) => !UNUSED.test(name));
  return { ...struct, offset: Object.fromEntries(used) };
}

/** Where the newest header lies as long as the tests run. */
const directory = Deno.makeTempDirSync({ prefix: "hostkit-abi-" });
globalThis.addEventListener("unload", () => {
  Deno.removeSync(directory, { recursive: true });
});

const header = compiler === undefined ? undefined : newestFuseHeader(directory);
const isTooOld = header === undefined || header.minor < HEADER_MIN;

/** A compiler for each CPU; none needs to run what it compiles. */
const COMPILERS = ["x86_64", "aarch64"].map((arch) => {
  const cross = `${arch}-linux-gnu-gcc`;
  const program = Deno.build.arch === arch
    ? compiler
    : hasProgram(cross)
    ? cross
    : undefined;
  return { arch, program, ignore: isTooOld || program === undefined };
});

/** Fails if something is unknown that is not newer than the oldest header. */
function checkUnknown(what: string, compared: number, unknown: string[]): void {
  // deno-lint-ignore no-console -- the count is a result
  console.log(
    `${compared} ${what} compared with <linux/fuse.h> 7.${header!.minor} ` +
      `(${header!.origin}), ${unknown.length} with the tables alone: ` +
      (unknown.join(" ") || "none"),
  );
  const isLater = (name: string) => later.has(name.split(".").at(-1)!);
  assertEquals(unknown.filter((name) => !isLater(name)), []);
}

Deno.test("abi/structs.ts has the structs of protocol 7.45", () => {
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
    const structs = structsFor(arch).filter(({ cName }) =>
      // Since 7.46 it is longer.
      cName !== "fuse_uring_cmd_req" || header!.minor <= 45
    ).map(withoutUnused)
      .map((struct) => ({
        ...struct,
        header: struct.header.replace(/^linux\/fuse\.h$/, header!.include),
      }));
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

/** What no file system but a device of its own, or only io_uring, has. */
const NOT_OURS = /^CUSE_|^FUSE_(IO_)?URING_/;

Deno.test("constants.ts has every number of protocol 7.45", () => {
  assertEquals(
    Array.from(constants.keys())
      .filter((name) => !(name in protocol) && !NOT_OURS.test(name)),
    [],
  );
});

/** What the header names that is no number: sizes of old structs, macros. */
const NO_NUMBER = /_COMPAT_|_RESERVED$|ALIGN|NAME_OFFSET|_SIZE$|_MAX_ENTRY$/;

Deno.test("The tables have every name of the C header", {
  ignore: isTooOld,
}, () => {
  const { minor, text } = header!;
  const names = text.matchAll(
    /^(?:#define\s+|\s+)((?:FUSE|FOPEN|FATTR|CUSE)_\w+)\b\s*[=(0-9_]/gm,
  );
  const missing = Array.from(names, ([, name]) => name!)
    .filter((name) => !constants.has(name) && !NO_NUMBER.test(name));
  const structs = Array.from(
    text.matchAll(/^struct (\w+) {/gm),
    ([, name]) => name!,
  ).filter((name) => !fuseLayouts.has(name));
  if (minor > Number(protocol.FUSE_KERNEL_MINOR_VERSION)) {
    // deno-lint-ignore no-console -- what is new is a result
    console.log(`7.${minor} also has: ${[...missing, ...structs].join(" ")}`);
  } else assertEquals([...missing, ...structs], []);
});

Deno.test("The tables have the numbers of the C header", {
  ignore: isTooOld,
}, () => {
  const rows = Array.from(constants, ([name, value]) => ({ name, value }))
    .filter(({ name }) => name !== "FUSE_KERNEL_MINOR_VERSION");
  for (const [cName, { size, offset }] of fuseLayouts) {
    // What is on the rings still changes.
    if (cName.startsWith("fuse_uring_")) continue;
    rows.push({ name: `sizeof(struct ${cName})`, value: BigInt(size) });
    for (const [field, at] of Object.entries(offset)) {
      if (UNUSED.test(field)) continue;
      const name = `__builtin_offsetof(struct ${cName}, ${field})`;
      rows.push({ name, value: BigInt(at) });
    }
  }
  const values = evaluate(header!.include, rows.map(({ name }) => name));
  const wrong = rows.flatMap(({ name, value }, i) =>
    values[i] === undefined || value === BigInt.asUintN(64, BigInt(values[i]))
      ? []
      : [`${name}: ${value}, in C ${values[i]}`]
  );
  assertEquals(wrong, []);
  const unknown = rows.filter((_, i) => values[i] === undefined);
  // A field is as new as its struct.
  const old = unknown.filter(({ name }) =>
    !name.match(/\w+/g)!.some((word) => later.has(word))
  );
  assertEquals(old, []);
  // deno-lint-ignore no-console -- the count is a result
  console.log(
    `${rows.length - unknown.length} numbers of the tables compared with ` +
      `<linux/fuse.h> 7.${header!.minor} (${header!.origin}), ` +
      `${unknown.length} not: the header is too old`,
  );
});

/** The sources of the names of constants.ts; the first that has one counts. */
const HEADERS = [
  ...(header === undefined ? [] : [header.include]),
  ...["dirent.h", "fcntl.h", "poll.h", "stdio.h"],
  ...["linux/falloc.h", "linux/stat.h", "sys/xattr.h"],
];

Deno.test("constants.ts has the numbers of the C headers", {
  ignore: isTooOld,
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
