import { socketpair } from "../../hostfd/mod.ts";
import * as uring from "../../hostfd/uring/mod.ts";
import type { Own } from "./_own.ts";
import { type Row, row, type Rule, type Table } from "./_table.ts";

const OPTIONS = { options: "options" } as const;
/** What a file may be. */
const FILE = { file: "fd" } as const;

function ring(own: Own): uring.Ring {
  return own.use(new uring.Ring({ entries: 8 }));
}

function socket(own: Own): number {
  const [one, other] = socketpair();
  own.use(other).writeSync(new Uint8Array(16));
  return own.use(one).fd;
}

/** How a ring is made. */
const made = row(OPTIONS, () => [{ entries: 8 }], {
  words: { options: "entries" },
  fields: {
    entries: "count",
    cqEntries: "count",
    onCompletion: "callback",
  },
});

const bytes = () => new Uint8Array(16);

const transfer = (): Row =>
  row(
    { ...FILE, memory: "bytes", offset: "offset", ...OPTIONS },
    (own) => [ring(own), own.fd(), bytes(), 0, {}],
  );

const message = (rule: Rule = {}): Row =>
  row(
    { ...FILE, memory: "bytes", flags: "int", ...OPTIONS },
    (own) => [ring(own), socket(own), bytes(), 0, {}],
    rule,
  );

/** A setter of a submission entry is written to as a property. */
const SETTERS = "RawRing.prepare() hands it out: words of the kernel's, " +
  "documented as such; the kernel refuses what it does not know";

const close = (target: uring.RawRing) => target.close();

export const URING: Table = {
  constants: /^(AT|IORING|IOSQE|SQE|ENTER)_\w+$/,
  types: "HostFd Stat Timespec Block BlockSeq OnCompletion RingOptions " +
    "DriverCommand OperationOptions RingFile SyncOptions TransferOptions",
  ends: { RawRing: close, FileRing: close, Ring: close },
  rows: {
    FileRing: made,
    "FileRing.read": transfer(),
    "FileRing.write": transfer(),
    "FileRing.readv": transfer(),
    "FileRing.writev": transfer(),
    "FileRing.fsync": row({ ...FILE, ...OPTIONS }, (own) => [
      ring(own),
      own.fd(),
      {},
    ]),
    "FileRing.openat": row(
      { dirfd: "fd", path: "text", flags: "int", mode: "int", ...OPTIONS },
      (own) => [ring(own), -100, own.file(), 0, 0o600, {}],
      { words: { dirfd: "file" } },
    ),
    "FileRing.closeFd": row({ fd: "fd", ...OPTIONS }, (own) => [
      ring(own),
      own.fd(),
      {},
    ], { words: { fd: "file" } }),
    "FileRing.statx": row(
      { dirfd: "fd", path: "text", flags: "int", ...OPTIONS },
      (own) => [ring(own), -100, own.file(), 0, {}],
      { words: { dirfd: "file" } },
    ),
    RawRing: made,
    "RawRing.prepare": row(
      { opcode: "int", ...FILE, token: "number", held: "any" },
      (own) => [ring(own), 0, -1, 1, undefined],
    ),
    "RawRing.reserve": row({ count: "count" }, (own) => [ring(own), 2]),
    "RawRing.submit": row({}, (own) => [ring(own)]),
    "RawRing.submitAndWait": row({ minComplete: "count" }, (own) => [
      ring(own),
      0,
    ], { takes: { minComplete: "half 2^53 2^64 Infinity" } }),
    "RawRing.cancel": row({ id: "count" }, (own) => [ring(own), 1]),
    "RawRing.registerBuffers": row({ memory: "list" }, (own) => [
      ring(own),
      [bytes()],
    ]),
    "RawRing.unregisterBuffers": row({}, (own) => {
      const it = ring(own);
      it.registerBuffers([bytes()]);
      return [it];
    }),
    "RawRing.registerFiles": row({ fds: "list" }, (own) => [
      ring(own),
      [own.fd()],
    ], { words: { fds: "fd" } }),
    "RawRing.unregisterFiles": row({}, (own) => {
      const it = ring(own);
      it.registerFiles([own.fd()]);
      return [it];
    }),
    "RawRing.close": row({}, (own) => [ring(own)]),
    RegisteredBuffer: "RawRing.registerBuffers() makes one",
    "RegisteredBuffer.subarray": row(
      { start: "number", end: "number" },
      (own) => [ring(own).registerBuffers([bytes()])[0], 1, 2],
      { takes: { start: "*", end: "*" } },
    ),
    RegisteredFile: "RawRing.registerFiles() makes one",
    Ring: made,
    "Ring.accept": row({ ...FILE, ...OPTIONS }, (own) => [
      ring(own),
      own.fd(),
      {},
    ], { fails: "no socket" }),
    "Ring.connect": row(
      { ...FILE, address: "text", ...OPTIONS },
      (own) => [ring(own), own.fd(), "/nowhere", {}],
      { fails: "no socket" },
    ),
    "Ring.send": message(),
    "Ring.recv": message({ once: "no more comes" }),
    "Ring.poll": row({ ...FILE, events: "int", ...OPTIONS }, (own) => [
      ring(own),
      socket(own),
      1,
      {},
    ]),
    "Ring.timeout": row({ timeoutMs: "ms", ...OPTIONS }, (own) => [
      ring(own),
      1,
      {},
    ]),
    "Ring.cancelFile": row({ ...FILE, ...OPTIONS }, (own) => [
      ring(own),
      own.fd(),
      {},
    ]),
    "Ring.uringCmd": row(
      { ...FILE, command: "object", ...OPTIONS },
      (own) => [ring(own), own.fd(), { op: 0 }, {}],
      { fails: "no driver", words: { command: "op" } },
    ),
    SubmissionEntry: SETTERS,
  },
};
