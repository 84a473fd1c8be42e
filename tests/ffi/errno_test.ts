import { assertEquals } from "@std/assert";
import { fromCString } from "../../ffi/c_string.ts";
import { errnoName, errnoNumber, errnoString } from "../../ffi/errno.ts";
import { ERRNO_DARWIN } from "../../ffi/errno_darwin.ts";
import { ERRNO_LINUX } from "../../ffi/errno_linux.ts";
import { platform } from "../../ffi/platform.ts";
import { openLibrary, viewAt } from "../../ffi/runtime.ts";
import { compile } from "../_support/c_compiler.ts";
import { hasCompiler } from "../_support/platform.ts";
import cases from "../data/mmap-posix-cases.json" with { type: "json" };

/** The tables of this platform and of the other one. */
const TABLES = { linux: ERRNO_LINUX, darwin: ERRNO_DARWIN };

const ROWS = TABLES[platform().os];

interface ErrnoCase {
  readonly id: string;
  readonly group: string;
  readonly args: readonly [number];
  readonly expect: {
    readonly name: string;
    readonly string: string;
    readonly numbers?: Readonly<Record<string, number>>;
  };
}

const CASES = (cases as unknown as ErrnoCase[]).filter(({ group }) =>
  group === "errno"
);

const { strerror, strlen } = openLibrary(platform().libc, {
  // char *strerror(int errnum);
  strerror: { parameters: ["i32"], result: "usize" },
  // size_t strlen(const char *s);
  strlen: { parameters: ["usize"], result: "usize" },
});

for (const [os, table] of Object.entries(TABLES)) {
  Deno.test(`The errno table of ${os} has each number and each name once`, () => {
    assertEquals(new Set(table.map(([errno]) => errno)).size, table.length);
    assertEquals(new Set(table.map(([, name]) => name)).size, table.length);
    const malformed = table.filter(([errno, name, text]) =>
      !Number.isInteger(errno) || errno <= 0 || !/^E[0-9A-Z]+$/.test(name) ||
      text.trim() !== text || text === ""
    );
    assertEquals(malformed, []);
  });
}

Deno.test(
  "errnoNumber() has the names and numbers of the C compiler's errno.h",
  {
    ignore: !hasCompiler,
  },
  () => {
    const { output } = compile("#include <errno.h>\n", ["-E", "-dM"]);
    const macros = new Map<string, string>();
    for (const [, name, value] of output.matchAll(/^#define (E\w+) (\w+)$/gm)) {
      // The macro that names the largest number is no error.
      if (name !== "ELAST") macros.set(name!, value!);
    }
    const known = ROWS.map(([, name]) => name);
    assertEquals(known.filter((name) => !macros.has(name)), []);
    for (const [name, value] of macros) {
      assertEquals(errnoNumber(name), Number(macros.get(value) ?? value), name);
    }
  },
);

Deno.test("errnoString() has strerror(3)'s wording", {
  // musl words them its own way.
  ignore: Deno.build.target.includes("musl"),
}, () => {
  for (const [errno] of ROWS) {
    const text = strerror(errno);
    const bytes = new Uint8Array(viewAt(text, Number(strlen(text))));
    assertEquals(errnoString(errno), fromCString(bytes), errnoName(errno));
  }
});

Deno.test("The errno tables agree with the known numbers of every platform", () => {
  const named = CASES.filter(({ expect }) => expect.numbers !== undefined);
  assertEquals(named.length, 59);
  for (const { expect: { name, string, numbers } } of named) {
    for (const [target, errno] of Object.entries(numbers!)) {
      const os = target.startsWith("darwin/") ? "darwin" : "linux";
      const row = TABLES[os].find((row) => row[1] === name);
      assertEquals(row?.[0], errno, `${name} on ${target}`);
      if (os === "linux") assertEquals(row?.[2], string, name);
    }
  }
});

Deno.test("The errno table of linux has no number that is known to be free", () => {
  const free = CASES.filter(({ id }) => id.includes(".unknown."));
  assertEquals(free.map(({ args: [errno] }) => errno), [0, 41, 133, 140]);
  const named = free.flatMap(({ args: [errno] }) =>
    ERRNO_LINUX.filter((row) => row[0] === errno).map(([, name]) => name)
  );
  // The kernel has had this one since 2.6.31; the cases are of another library.
  assertEquals(named, ["EHWPOISON"]);
});

Deno.test("errnoNumber() knows the second names, errnoName() gives the first", {
  ignore: platform().os !== "linux",
}, () => {
  const aliases = CASES.filter(({ id }) => id.includes(".alias."));
  assertEquals(aliases.length, 2);
  for (const { id, args: [errno], expect } of aliases) {
    assertEquals(errnoNumber(id.split(".").at(-1)!), errno);
    assertEquals(errnoName(errno), expect.name);
  }
  assertEquals(errnoNumber("EDEADLOCK"), errnoNumber("EDEADLK"));
});

Deno.test('errnoName() and errnoString() return "" for what is no error number', () => {
  for (const errno of [0, -2, 1.5, NaN, 4095, 2 ** 32 + 2]) {
    assertEquals(errnoName(errno), "", `${errno}`);
    assertEquals(errnoString(errno), "", `${errno}`);
  }
});

Deno.test("errnoNumber() returns undefined for what is no error name", () => {
  for (const name of ["", "ENOPE", "enoent", "2", "constructor"]) {
    assertEquals(errnoNumber(name), undefined, name);
  }
});
