import { assert, assertEquals, assertThrows } from "@std/assert";
import { openSync } from "node:fs";
import { errnoNumber } from "../../ffi/errno.ts";
import { SyscallError, type SyscallErrorOptions } from "../../ffi/mod.ts";

const ENOENT = 2;
const EFAULT = 14;

function messageOf(options?: SyscallErrorOptions): string {
  return new SyscallError("shm_open", ENOENT, options).message;
}

Deno.test("SyscallError.message tells call, path, code and text", () => {
  assertEquals(
    messageOf({ path: "/x" }),
    'shm_open "/x": ENOENT: No such file or directory',
  );
});

Deno.test("SyscallError.message leaves out a path that there is not", () => {
  const message = "shm_open: ENOENT: No such file or directory";
  assertEquals(messageOf(), message);
  assertEquals(messageOf({ path: undefined, hint: undefined }), message);
});

Deno.test("SyscallError.message shows an empty path as one", () => {
  assertEquals(
    messageOf({ path: "" }),
    'shm_open "": ENOENT: No such file or directory',
  );
});

Deno.test("SyscallError.message stays on one line and readable for any path", () => {
  assertEquals(
    messageOf({ path: 'a "b"\n\0\udcff' }),
    'shm_open "a \\"b\\"\\n\\u0000\\udcff": ENOENT: No such file or directory',
  );
});

Deno.test("SyscallError.message ends with the hint in parentheses", () => {
  assertEquals(
    messageOf({ path: "/x", hint: "create it first" }),
    'shm_open "/x": ENOENT: No such file or directory (create it first)',
  );
});

Deno.test("SyscallError has the properties of the failed call", () => {
  const path = "/x";
  const error = new SyscallError("preadv2", EFAULT, { path, transferred: 4 });
  const { code, errno, syscall, transferred } = error;
  assertEquals(
    { code, errno, syscall, path: error.path, transferred },
    { code: "EFAULT", errno: 14, syscall: "preadv2", path, transferred: 4 },
  );
});

Deno.test("SyscallError has no path, no cause and 0 transferred by default", () => {
  const error = new SyscallError("close", ENOENT);
  assertEquals(error.path, undefined);
  assertEquals(error.transferred, 0);
  assertEquals("cause" in error, false);
});

Deno.test("SyscallError keeps its cause", () => {
  const cause = new RangeError("deeper");
  assertEquals(new SyscallError("mount", ENOENT, { cause }).cause, cause);
});

Deno.test("SyscallError is an Error with a name and a stack of its own", () => {
  const error = new SyscallError("close", ENOENT);
  assert(error instanceof Error);
  assertEquals(error.name, "SyscallError");
  assertEquals(
    `${error}`,
    "SyscallError: close: ENOENT: No such file or directory",
  );
  assert(error.stack!.startsWith(`${error}\n`), error.stack);
  assert(error.stack!.includes("syscall_error_test.ts"), error.stack);
});

Deno.test("SyscallError of a number without a name has code E and the number", () => {
  for (const errno of [0, 4095]) {
    const error = new SyscallError("ioctl", errno);
    assertEquals(error.code, `E${errno}`);
    assertEquals(error.errno, errno);
    assertEquals(
      error.message,
      `ioctl: E${errno}: Unknown error ${errno}`,
    );
  }
});

Deno.test("SyscallError.code is that of Deno's and Node.js's errors", () => {
  const { code, errno } = new SyscallError("open", errnoNumber("ENOENT")!);
  const missing = "/no/such/file";
  const ofDeno = assertThrows(
    () => Deno.openSync(missing),
    Deno.errors.NotFound,
  );
  const ofNode = assertThrows(() => openSync(missing, "r"), Error);
  assertEquals(code, ofDeno.code);
  assertEquals(code, ofNode.code);
  assertEquals(errno, -ofNode.errno);
});
