import { assertEquals, assertThrows } from "@std/assert";
import { cString } from "../../ffi/c_string.ts";
import { libc } from "../../ffi/libc.ts";
import * as posix from "../../posix/mod.ts";
import { areSupported, haveTempFilesXattrs } from "../_support/sys/xattrs.ts";
import { assertErrno, NOT_INT } from "./throws.ts";

const BYTES = new Uint8Array([0, 255, 10]);
const ignore = Deno.build.os !== "linux" || !haveTempFilesXattrs();

function withMemfd(body: (fd: number) => void): void {
  const fd = posix.memfdCreate("xattr_test", 0);
  try {
    body(fd);
  } finally {
    posix.close(fd);
  }
}

/** Returns whether a memfd may have them, as since Linux 6.6. */
function hasTmpfsXattrs(): boolean {
  return areSupported(() =>
    withMemfd((fd) => posix.fsetxattr(fd, "user.a", BYTES))
  );
}

/** The calls of one way to name a file. */
interface Calls {
  get(name: string): Uint8Array;
  list(): string[];
  set(name: string, value: Uint8Array, flags?: posix.XattrFlags): void;
  remove(name: string): void;
}

function byPath(path: string): Calls {
  return {
    get: (name) => posix.getxattr(path, name),
    list: () => posix.listxattr(path),
    set: (...rest) => posix.setxattr(path, ...rest),
    remove: (name) => posix.removexattr(path, name),
  };
}

function ofLink(path: string): Calls {
  return {
    get: (name) => posix.lgetxattr(path, name),
    list: () => posix.llistxattr(path),
    set: (...rest) => posix.lsetxattr(path, ...rest),
    remove: (name) => posix.lremovexattr(path, name),
  };
}

function ofFile(fd: number): Calls {
  return {
    get: (name) => posix.fgetxattr(fd, name),
    list: () => posix.flistxattr(fd),
    set: (...rest) => posix.fsetxattr(fd, ...rest),
    remove: (name) => posix.fremovexattr(fd, name),
  };
}

function withFile(body: (path: string, fd: number) => void): void {
  const path = Deno.makeTempFileSync();
  const fd = libc().open(cString(path), posix.O_RDONLY, 0);
  try {
    body(path, fd);
  } finally {
    posix.close(fd);
    Deno.removeSync(path);
  }
}

for (
  const [how, calls] of Object.entries({
    "by path": byPath,
    "of the link": ofLink,
    "by descriptor": (_path: string, fd: number) => ofFile(fd),
  })
) {
  Deno.test({
    name: `extended attributes ${how}: set, got, listed and removed`,
    ignore,
    fn: () =>
      withFile((path, fd) => {
        const { get, list, set, remove } = calls(path, fd);
        set("user.a", BYTES);
        set("user.empty", new Uint8Array(0), posix.XATTR_CREATE);
        set("user.a", BYTES.subarray(1), posix.XATTR_REPLACE);
        assertEquals(get("user.a"), BYTES.slice(1));
        assertEquals(get("user.empty"), new Uint8Array(0));
        assertEquals(list().toSorted(), ["user.a", "user.empty"]);
        const raw = "user.\udcff";
        set(raw, BYTES);
        assertEquals(list().includes(raw), true);
        remove(raw);
        remove("user.a");
        assertEquals(list(), ["user.empty"]);
        const big = new Uint8Array(1000).fill(7);
        set("user.big", big);
        assertEquals(get("user.big"), big);
      }),
  });

  Deno.test({
    name: `extended attributes ${how}: what the kernel refuses`,
    ignore,
    fn: () =>
      withFile((path, fd) => {
        const { get, set, remove } = calls(path, fd);
        set("user.a", BYTES);
        assertErrno(() => set("user.a", BYTES, posix.XATTR_CREATE), "EEXIST");
        assertErrno(() => set("user.b", BYTES, posix.XATTR_REPLACE), "ENODATA");
        assertErrno(() => set("user.b", BYTES, 4), "EINVAL");
        assertErrno(() => set("user.b", new Uint8Array(65537)), "E2BIG");
        assertErrno(() => get("user.b"), "ENODATA");
        assertErrno(() => remove("user.b"), "ENODATA");
        assertErrno(() => get("nothing.b"), "EOPNOTSUPP");
        assertErrno(() => get(`user.${"x".repeat(256)}`), "ERANGE");
      }),
  });
}

Deno.test({
  name: "a link at the end of a path is followed, or not",
  ignore,
  fn: () =>
    withFile((path) => {
      const link = `${path}.link`;
      Deno.symlinkSync(path, link);
      try {
        posix.setxattr(link, "user.a", BYTES);
        assertEquals(posix.getxattr(link, "user.a"), BYTES);
        assertErrno(() => posix.lgetxattr(link, "user.a"), "ENODATA");
        assertErrno(() => posix.lsetxattr(link, "user.a", BYTES), "EPERM");
        assertEquals(posix.llistxattr(link), []);
        posix.removexattr(link, "user.a");
        assertEquals(posix.listxattr(path), []);
      } finally {
        Deno.removeSync(link);
      }
    }),
});

Deno.test({
  name: "errors of extended attributes name the call and the file",
  ignore,
  fn: () => {
    const { message } = assertThrows(() => posix.getxattr("/gone", "user.a"));
    assertEquals(
      message,
      'getxattr "/gone": ENOENT: No such file or directory',
    );
    for (const method of ["get", "list", "set", "remove"] as const) {
      const call = (fd: number) => ofFile(fd)[method]("user.a", BYTES);
      assertErrno(() => call(2 ** 30), "EBADF", `f${method}xattr`);
      for (const fd of NOT_INT) assertThrows(() => call(fd), RangeError, "fd");
    }
  },
});

Deno.test({
  name: "setxattr() throws TypeError on a value that is no bytes",
  ignore,
  fn: () =>
    withFile((path) => {
      const detached = new Uint8Array(4);
      detached.buffer.transfer();
      for (const value of [detached, "text", null, new Uint16Array(2)]) {
        assertThrows(
          () => posix.setxattr(path, "user.a", value as Uint8Array),
          TypeError,
          "value",
        );
      }
      assertEquals(posix.listxattr(path), []);
    }),
});

Deno.test({
  name: "the longest value comes back whole",
  ignore: ignore || !hasTmpfsXattrs(),
  fn: () =>
    withMemfd((fd) => {
      const longest = new Uint8Array(65536).fill(7);
      posix.fsetxattr(fd, "user.a", longest);
      assertEquals(posix.fgetxattr(fd, "user.a"), longest);
    }),
});
