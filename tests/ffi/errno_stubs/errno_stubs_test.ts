/**
 * The stubs around libc's functions, called for real.
 *
 * @module
 */

import { assertEquals, assertNotEquals } from "@std/assert";
import { openStubs } from "../../../ffi/_open_libc.ts";
import { asyncErrno, errno, libc, linuxLibc } from "../../../ffi/libc.ts";
import { platform } from "../../../ffi/platform.ts";
import { openLibrary } from "../../../ffi/runtime.ts";

// A library is open for as long as the program runs.
const options = {
  ignore: platform().os !== "linux",
  sanitizeResources: false,
};
const EBADF = 9;

Deno.test(
  "a stub hands on seven integers, in registers and on the stack",
  options,
  () => {
    // int snprintf(char *s, size_t n, const char *format, ...);
    const { print } = openStubs({
      print: {
        name: "snprintf",
        parameters: ["buffer", "usize", "buffer", "i32", "i64", "i32", "i64"],
        result: "i32",
      },
    })!;
    const text = new Uint8Array(64);
    const format = new TextEncoder().encode("%d %ld %d %ld\0");
    const length = print(text, 64n, format, -1, 2n ** 40n, 3, -(2n ** 50n));
    assertEquals(
      new TextDecoder().decode(text.subarray(0, length)),
      "-1 1099511627776 3 -1125899906842624",
    );
  },
);

Deno.test("a stub returns all 64 bits of a result", options, () => {
  // long long llabs(long long j);
  const { llabs } = openStubs({
    llabs: { parameters: ["i64"], result: "i64" },
  })!;
  assertEquals(llabs(-(2n ** 62n) - 1n), 2n ** 62n + 1n);
});

Deno.test("a function that libc lacks stays null behind stubs", options, () => {
  const symbols = openStubs({
    close: { parameters: ["i32"], result: "i32" },
    no_such_function: { parameters: [], result: "i32", optional: true },
  })!;
  assertEquals(symbols.no_such_function, null);
  assertEquals(symbols.close(-1), -1);
});

Deno.test(
  "each library of stubs is its own, opened over and over",
  options,
  () => {
    // Each is found under the path that the one before had.
    const names = ["getpid", "getppid", "getpid", "getppid"];
    const results = names.map((name) => {
      const table = { it: { name, parameters: [], result: "i32" } } as const;
      return [openStubs(table)!.it(), openLibrary(platform().libc, table).it()];
    });
    for (const [behind, plain] of results) assertEquals(behind, plain);
    assertNotEquals(results[0], results[1]);
  },
);

Deno.test("opening stubs leaves no descriptor open", options, async () => {
  const { pipe2 } = linuxLibc();
  const { close } = libc();
  const lowest = () => {
    const fds = new Int32Array(2);
    assertEquals(pipe2(new Uint8Array(fds.buffer), 0), 0);
    for (const fd of fds) close(fd);
    return fds[0];
  };
  const before = lowest();
  for (let i = 0; i < 8; i++) {
    openStubs({ close: { parameters: ["i32"], result: "i32" } });
  }
  await Promise.resolve();
  assertEquals(lowest(), before);
});

Deno.test(
  "a nonblocking function returns -errno, and leaves errno() alone",
  options,
  async () => {
    const { fstatatAsync, close } = libc();
    const stat = new Uint8Array(256);
    const path = new TextEncoder().encode("name\0");
    assertEquals(close(-1), -1);
    // Neither AT_FDCWD nor a descriptor.
    const result = await fstatatAsync(-1, path, stat, 0);
    assertEquals(asyncErrno(result), EBADF);
    const missing = new TextEncoder().encode("/no/such/file\0");
    assertEquals(asyncErrno(await fstatatAsync(-1, missing, stat, 0)), 2);
    assertEquals(errno(), EBADF);
  },
);
