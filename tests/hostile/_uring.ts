import { socketpair } from "../../hostfd/mod.ts";
import * as uring from "../../hostfd/uring/mod.ts";
import type { Own } from "./_own.ts";
import type { Kind } from "./_values.ts";
import { type Row, row, type Rule, type Table } from "./_table.ts";

const OPTIONS = { options: "options" } as const;
const SIGNAL = { fields: { signal: "object" } } as const;
/** The parameter for a file. */
const FILE = { file: "fd" } as const;

function ring(own: Own): uring.Ring {
  return own.use(new uring.Ring({ entries: 8 }));
}

function socket(own: Own): number {
  const [one, other] = socketpair();
  own.use(other).writeSync(new Uint8Array(16));
  return own.use(one).fd;
}

/** The fields of the options of a ring. */
const made = row(OPTIONS, () => [{ entries: 8 }], {
  words: { options: "entries" },
  fields: {
    entries: "count",
    cqEntries: "count",
    onCompletion: "callback",
    setupFlags: "int",
  },
});

const bytes = () => new Uint8Array(16);

const transfer = (): Row =>
  row(
    { ...FILE, memory: "bytes", offset: "offset", ...OPTIONS },
    (own) => [ring(own), own.fd(), bytes(), 0, {}],
    { fields: { ...SIGNAL.fields, flags: "int" } },
  );

const message = (rule: Rule = {}): Row =>
  row(
    { ...FILE, memory: "bytes", flags: "int", ...OPTIONS },
    (own) => [ring(own), socket(own), bytes(), 0, {}],
    { ...SIGNAL, ...rule },
  );

/** The setter of a word of a submission; a negative value keeps its bits. */
function word(
  name: string,
  kind: Kind,
  takes = "",
  good: unknown = 0,
): Table["rows"] {
  return {
    [`SubmissionEntry.${name}`]: row(
      { [name]: kind },
      (own) => [ring(own).prepare(0, -1, 1), good],
      { takes: { [name]: takes } },
    ),
  };
}

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
    ], SIGNAL),
    "FileRing.openat": row(
      { dirfd: "fd", path: "text", flags: "int", mode: "int", ...OPTIONS },
      (own) => [ring(own), -100, own.file(), 0, 0o600, {}],
      { ...SIGNAL, words: { dirfd: "file" } },
    ),
    "FileRing.closeFd": row({ fd: "fd", ...OPTIONS }, (own) => [
      ring(own),
      own.fd(),
      {},
    ], { ...SIGNAL, words: { fd: "file" } }),
    "FileRing.statx": row(
      { dirfd: "fd", path: "text", flags: "int", ...OPTIONS },
      (own) => [ring(own), -100, own.file(), 0, {}],
      { ...SIGNAL, words: { dirfd: "file" } },
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
    ], { ...SIGNAL, fails: "no socket" }),
    "Ring.connect": row(
      { ...FILE, address: "text", ...OPTIONS },
      (own) => [ring(own), own.fd(), "/nowhere", {}],
      { ...SIGNAL, fails: "no socket" },
    ),
    "Ring.send": message(),
    "Ring.recv": message({ once: "no more comes" }),
    "Ring.poll": row({ ...FILE, events: "int", ...OPTIONS }, (own) => [
      ring(own),
      socket(own),
      1,
      {},
    ], SIGNAL),
    "Ring.timeout": row({ timeoutMs: "ms", ...OPTIONS }, (own) => [
      ring(own),
      1,
      {},
    ], SIGNAL),
    "Ring.cancelFile": row({ ...FILE, ...OPTIONS }, (own) => [
      ring(own),
      own.fd(),
      {},
    ], SIGNAL),
    "Ring.uringCmd": row(
      { ...FILE, command: "object", ...OPTIONS },
      (own) => [ring(own), own.fd(), { op: 0 }, {}],
      { ...SIGNAL, fails: "no driver", words: { command: "op" } },
    ),
    SubmissionEntry: "RawRing.prepare() hands it out",
    ...word("flags", "u32"),
    ...word("ioprio", "u32"),
    ...word("offset", "offset"),
    ...word("commandOp", "u32", "-1"),
    ...word("address", "offset"),
    ...word("length", "u32", "-1"),
    ...word("opFlags", "u32", "-1"),
    ...word("bufferIndex", "u32"),
    ...word("fileIndex", "u32", "-1"),
    ...word("address3", "offset"),
    ...word("command", "bytes", "", new Uint8Array(8)),
  },
};
