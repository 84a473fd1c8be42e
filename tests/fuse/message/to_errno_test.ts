import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { readFileSync } from "node:fs";
import { SyscallError } from "../../../ffi/mod.ts";
import { ErrNoXattr, ProtocolError, toErrno } from "../../../fuse/mod.ts";
import { knownErrno } from "../../../fuse/message/to_errno.ts";

const EIO = 5;
const EINTR = 4;

/** The errno of each class of `Deno.errors`; 5 for those that name no cause. */
const DENO_ERRORS: Record<keyof typeof Deno.errors, number> = {
  AddrInUse: 98,
  AddrNotAvailable: 99,
  AlreadyExists: 17,
  BadResource: EIO,
  BrokenPipe: 32,
  Busy: 16,
  ConnectionAborted: 103,
  ConnectionRefused: 111,
  ConnectionReset: 104,
  FilesystemLoop: 40,
  Http: EIO,
  Interrupted: EINTR,
  InvalidData: EIO,
  IsADirectory: 21,
  NetworkUnreachable: 101,
  NotADirectory: 20,
  NotCapable: 13,
  NotConnected: 107,
  NotFound: 2,
  NotSupported: 95,
  PermissionDenied: 13,
  TimedOut: 110,
  UnexpectedEof: EIO,
  WouldBlock: 11,
  WriteZero: EIO,
};

Deno.test("toErrno() knows every class of Deno.errors", () => {
  assertEquals(
    Object.keys(DENO_ERRORS).sort(),
    Object.keys(Deno.errors).sort(),
  );
  for (const [name, errno] of Object.entries(DENO_ERRORS)) {
    const error = new Deno.errors[name as keyof typeof Deno.errors]("message");
    assertEquals([name, toErrno(error)], [name, errno]);
  }
});

/** Returns what `body` throws. */
function thrown(body: () => unknown): unknown {
  return assertThrows(body);
}

Deno.test("toErrno() takes the errno of what Deno throws", () => {
  assertEquals(toErrno(thrown(() => Deno.statSync("/no/such/file"))), 2);
  assertEquals(toErrno(thrown(() => Deno.readTextFileSync("/"))), 21);
  // Of no class of Deno.errors.
  assertEquals(toErrno(thrown(() => Deno.readLinkSync("/"))), 22);
});

Deno.test("toErrno() takes the errno of what Node throws", () => {
  assertEquals(toErrno(thrown(() => readFileSync("/no/such/file"))), 2);
  // ERR_INVALID_ARG_TYPE
  assertEquals(
    toErrno(thrown(() => readFileSync({} as unknown as string))),
    EIO,
  );
});

Deno.test("toErrno() takes the errno of a SyscallError from 1 to 511", () => {
  for (let errno = 1; errno < 512; errno++) {
    assertEquals(toErrno(new SyscallError("read", errno)), errno);
  }
});

for (const errno of [512, 524, 4095, 2 ** 31, 0, -2, NaN, Infinity]) {
  Deno.test(`toErrno() makes EIO of a SyscallError of ${errno}`, () => {
    assertEquals(toErrno(new SyscallError("read", errno)), EIO);
    assertEquals(knownErrno(new SyscallError("read", errno)), undefined);
  });
}

Deno.test("toErrno() takes the code of any object", () => {
  assertEquals(toErrno({ code: "EACCES" }), 13);
  assertEquals(toErrno(Object.assign(new Error(), { code: "EHWPOISON" })), 133);
  assertEquals(toErrno(Object.assign(new TypeError(), { code: "EROFS" })), 30);
  assertEquals(toErrno({ code: "EWOULDBLOCK" }), 11);
  assertEquals(toErrno({ code: "ENOTSUP" }), 95);
});

Deno.test("toErrno() takes the number in the message of an error of Deno", () => {
  const error = new Error("File too large (os error 27)");
  assertEquals(toErrno(error), 27);
  assertEquals(toErrno(Object.assign(error, { code: "EBUSY" })), 16);
  assertEquals(toErrno(new Error("odd (os error 9999)")), EIO);
});

Deno.test("toErrno() believes the code more than the class", () => {
  const error = new Deno.errors.NotFound();
  assertEquals(toErrno(Object.assign(error, { code: "EBUSY" })), 16);
  assertEquals(toErrno(Object.assign(error, { code: "E_OF_MINE" })), 2);
  assertEquals(toErrno(Object.assign(error, { code: 13 })), 2);
});

const SILLY_CODES = [
  ...["", "E", "ENOPE", "enoent", " ENOENT", "ENOENT\0", "2", "E2", "E512"],
  ...["__proto__", "constructor", "toString", "ERR_INVALID_ARG_TYPE"],
  ...[2, -2, 2n, null, undefined, true, Symbol("ENOENT"), ["ENOENT"], {}],
];

for (const code of SILLY_CODES) {
  Deno.test(`toErrno() makes EIO of the ${typeof code} code ${String(code)}`, () => {
    assertEquals(toErrno({ code }), EIO);
    assertEquals(toErrno({ name: code }), EIO);
    assertEquals(knownErrno(Object.assign(new Error(), { code })), undefined);
  });
}

const NO_ERRORS = [
  ...["ENOENT", "", 2, -2, 0, NaN, 2n, true, null, undefined],
  ...[Symbol("ENOENT"), () => {}, {}, [], Object.create(null)],
];

for (const value of NO_ERRORS) {
  Deno.test(`toErrno() makes EIO of ${Deno.inspect(value)}`, () => {
    assertEquals(toErrno(value), EIO);
    assertEquals(knownErrno(value), undefined);
  });
}

Deno.test("toErrno() makes EIO of errors that name no cause", () => {
  const errors = [
    new Error("ENOENT"),
    new TypeError(),
    new RangeError(),
    new AggregateError([new Deno.errors.NotFound()]),
    new Error("outer", { cause: new Deno.errors.NotFound() }),
    new DOMException("message", "NotFoundError"),
  ];
  for (const error of errors) assertEquals(knownErrno(error), undefined);
});

Deno.test("toErrno() makes EINTR of an aborted signal's reason", () => {
  assertEquals(toErrno(AbortSignal.abort().reason), EINTR);
  assertEquals(toErrno(new DOMException("message", "AbortError")), EINTR);
  assertEquals(toErrno(new DOMException("message", "TimeoutError")), 110);
  assertEquals(toErrno(AbortSignal.abort("a reason").reason), EIO);
});

Deno.test("toErrno() makes EIO of a ProtocolError", () => {
  assertEquals(knownErrno(new ProtocolError("message")), EIO);
});

Deno.test("ErrNoXattr is ENODATA", () => {
  const error = new ErrNoXattr();
  assertInstanceOf(error, SyscallError);
  assertEquals([error.code, error.syscall], ["ENODATA", "getxattr"]);
  assertEquals(toErrno(error), 61);
});
