import * as fuse from "../../fuse/mod.ts";
import { FakeChannel } from "../fuse/_fake_channel.ts";
import { answers, FIELDS, MADE, ONCE } from "./_fuse_answers.ts";
import { MOUNTING, UNMOUNTED } from "./_mounting.ts";
import type { Own } from "./_own.ts";
import type { Kind } from "./_values.ts";
import { type Row, row, type Table } from "./_table.ts";

const NOWHERE = "/nowhere/at/all";
const MOUNTS = { fails: "nothing is there, so that nothing is mounted" };

/** A connection without a kernel. */
function conn(own: Own): fuse.Conn {
  const made = new FakeChannel().connect();
  own.after(() => made.close());
  return made;
}

function notifying(params: Row["params"], ...args: readonly unknown[]): Row {
  return row(params, (own) => [conn(own), ...args], NUMBERS);
}

/** An ID may also be an exact number. */
const NUMBERS = {
  takes: {
    ...{ node: "number", parent: "number", child: "number", id: "number" },
    size: "bigint -2^64",
  },
};

const flags = (): Row => row({ flags: "int" }, () => [1]);
const valid = (): Row =>
  row({ valid: "int" }, () => [1], { words: { valid: "flags" } });
const pair = (): Row =>
  row(
    { other: "object" },
    () => [new fuse.Protocol(7, 40), new fuse.Protocol(7, 41)],
  );

const ABSTRACT = "abstract";
const ERROR = "an error, and no parameters";
const SHOWN = "a debug listener is given one";

/** The setters of the attributes. */
function setters(): Record<string, Row> {
  const kinds: Record<string, Kind> = {
    ...{ validMs: "ms", inode: "u64", size: "count", size64: "u64" },
    ...{ blocks: "count", blocks64: "u64", mode: "u32", nlink: "u32" },
    ...{ uid: "u32", gid: "u32", rdev: "u32", blockSize: "u32", flags: "u32" },
    ...{ atimeNs: "big", mtimeNs: "big", ctimeNs: "big" },
  };
  return Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [
      `Attr.${name}`,
      row(
        { [name]: kind },
        () => [new fuse.Attr(), /^u64|big$/.test(kind) ? 1n : 1],
        { takes: { atimeNs: "wide", mtimeNs: "wide", ctimeNs: "wide" } },
      ),
    ]),
  );
}

const close = (target: fuse.Conn) => target.close();

export const FUSE: Table = {
  constants:
    /^(DT|FALLOC|FATTR|FOPEN|FUSE|F|POLL|RENAME|S|SEEK|STATX|XATTR|DEFAULT|IN|OUT|LK|O)_?[A-Z_0-9]+$/,
  types: "ServeMode Dirent SecurityContext InitOptions FileLock MountInfo " +
    "MountOptions Responder Response UnmountOptions DebugMessage " +
    "TraceOptions WireLog WireLogKind WireLogRecord AttrFlags DirentType " +
    "FAllocateFlags FsyncFlags GetattrFlags InitFlags IoctlFlags LockFlags " +
    "LockType OpenFlags OpenRequestFlags OpenResponseFlags PollEvents " +
    "PollFlags ReadFlags ReleaseFlags RenameFlags SetattrValid " +
    "SetxattrFlags WriteFlags NodeID HandleID RequestID LockOwner " +
    "IoctlIovec DaxRange BatchForgetItem",
  ends: { Conn: close, Notifier: close },
  fields: FIELDS,
  rows: {
    ...answers(),
    abort: row({ dir: "text" }, () => [NOWHERE], MOUNTS),
    appendDirent: row(
      { data: "bytes", dirent: "object" },
      () => [new Uint8Array(0), { name: "a" }],
      {
        words: { dirent: "entry|name" },
        fields: { name: "text", inode: "u64", type: "u32" },
      },
    ),
    appendDirentPlus: row(
      { data: "bytes", dirent: "object", response: "options" },
      () => [new Uint8Array(0), { name: "a" }, new fuse.LookupResponse()],
      { words: { dirent: "entry|name" } },
    ),
    attrFlagsString: flags(),
    clearDeadMount: row({ dir: "text" }, () => [NOWHERE], MOUNTS),
    decodeRequest: row({ bytes: "bytes" }, () => [new Uint8Array(46)], {
      fails: "no request",
      throws: ["ProtocolError"],
    }),
    direntTypeString: row({ type: "int" }, () => [fuse.DT_REG]),
    fAllocateFlagsString: flags(),
    fsyncFlagsString: flags(),
    getattrFlagsString: flags(),
    initFlagsString: row({ flags: "big" }, () => [1n]),
    ioctlFlagsString: flags(),
    isReadOnly: flags(),
    isReadWrite: flags(),
    isWriteOnly: flags(),
    lockFlagsString: flags(),
    lockTypeString: row({ type: "int" }, () => [0]),
    mount: row({ dir: "text", options: "options" }, () => [NOWHERE, {}], {
      ...MOUNTS,
      throws: ["MountpointDoesNotExistError"],
      fields: MOUNTING,
      untried: UNMOUNTED,
    }),
    openFlagsString: flags(),
    openRequestFlagsString: flags(),
    openResponseFlagsString: flags(),
    parseWireLog: row({ bytes: "bytes" }, () => [new Uint8Array(64)], {
      fails: "no log",
      words: { bytes: "wire log" },
      throws: ["ProtocolError"],
    }),
    pollEventsString: row({ events: "int" }, () => [1], {
      words: { events: "flags" },
    }),
    pollFlagsString: flags(),
    readFlagsString: flags(),
    releaseFlagsString: flags(),
    renameFlagsString: flags(),
    setattrValidAtime: valid(),
    setattrValidAtimeNow: valid(),
    setattrValidCtime: valid(),
    setattrValidGid: valid(),
    setattrValidHandle: valid(),
    setattrValidKillSuidgid: valid(),
    setattrValidLockOwner: valid(),
    setattrValidMode: valid(),
    setattrValidMtime: valid(),
    setattrValidMtimeNow: valid(),
    setattrValidSize: valid(),
    setattrValidString: valid(),
    setattrValidUid: valid(),
    setxattrFlagsString: flags(),
    toErrno: row({ error: "any" }, () => [new Error("any")]),
    unmount: row({ target: "text", options: "options" }, () => [NOWHERE, {}], {
      ...MOUNTS,
      fields: { timeoutMs: "ms" },
    }),
    writeFlagsString: flags(),
    Attr: row({}, () => []),
    ...setters(),
    ClosedWithoutInitError: ERROR,
    Conn: "mount() makes one",
    "Conn.readRequest": row({}, (own) => {
      const channel = new FakeChannel();
      channel.end();
      const made = channel.connect();
      own.after(() => made.close());
      return [made];
    }),
    "Conn.readRequestSync": row({}, (own) => [conn(own)]),
    "Conn.openBacking": row({ fd: "fd" }, (own) => [conn(own), own.fd()], {
      fails: "no kernel",
    }),
    "Conn.closeBacking": row({ id: "int" }, (own) => [conn(own), 1]),
    "Conn.close": row({}, (own) => [conn(own)]),
    CreationRequest: ABSTRACT,
    ErrNoXattr: ERROR,
    ErrNotCached: ERROR,
    FieldsResponse: ABSTRACT,
    FileCreationRequest: ABSTRACT,
    HandleRequest: ABSTRACT,
    Header: row({}, () => []),
    "IoctlRequest.respondRetry": row(
      { from: "list", to: "list" },
      () => {
        const request = new fuse.IoctlRequest();
        request.flags = fuse.FUSE_IOCTL_UNRESTRICTED;
        return [request, [], []];
      },
      ONCE,
    ),
    LockingRequest: ABSTRACT,
    "LookupResponse.entryValidMs": row({ entryValidMs: "ms" }, () => [
      new fuse.LookupResponse(),
      1,
    ]),
    "ListxattrResponse.append": row(
      { name: "text" },
      () => [new fuse.ListxattrResponse(), "user.a"],
      { words: { name: "names" } },
    ),
    MountpointDoesNotExistError: ERROR,
    NotificationMessage: SHOWN,
    Notifier: ABSTRACT,
    "Notifier.invalidateNode": notifying(
      { node: "big", offset: "offset", size: "offset" },
      1n,
      0,
      -1,
    ),
    "Notifier.invalidateEntry": notifying(
      { parent: "big", name: "text" },
      1n,
      "a",
    ),
    "Notifier.expireEntry": "invalidateEntry(), of a kernel that can do it",
    "Notifier.notifyDelete": notifying(
      { parent: "big", child: "big", name: "text" },
      1n,
      2n,
      "a",
    ),
    "Notifier.notifyStore": notifying(
      { node: "big", offset: "offset", data: "bytes" },
      1n,
      0,
      new Uint8Array(4),
    ),
    "Notifier.notifyRetrieve": notifying(
      { id: "big", node: "big", offset: "offset", size: "count" },
      1n,
      1n,
      0,
      16,
    ),
    "Notifier.retrieve": "notifyRetrieve(), and its answer",
    "Notifier.notifyPollWakeup": notifying(
      { wakeup: "object" },
      new fuse.PollWakeup(1n),
    ),
    "Notifier.notifyResend": "no parameters, of a kernel that can do it",
    "Notifier.notifyIncEpoch": notifying({}),
    "Notifier.notifyPrune": notifying({ nodes: "list" }, [1n]),
    NotifyReply: MADE,
    NotifyRetrieval: row({ id: "big" }, () => [1n]),
    "NotifyRetrieval.finish": row({ reply: "object" }, () => [
      new fuse.NotifyRetrieval(0n),
      new fuse.NotifyReply(),
    ]),
    OldVersionError: ERROR,
    PollWakeup: row({ kernelHandle: "big" }, () => [1n]),
    Protocol: row({ major: "int", minor: "int" }, () => [7, 40]),
    "Protocol.ge": pair(),
    "Protocol.lt": pair(),
    ...Object.fromEntries(
      [
        ...["hasAttrBlockSize", "hasGetattrFlags", "hasReadWriteFlags"],
        ...["hasOpenNonSeekable", "hasUmask", "hasInvalidate"],
        "hasNotifyDelete",
      ].map((
        name,
      ) => [`Protocol.${name}`, row({}, () => [new fuse.Protocol(7, 40)])]),
    ),
    ProtocolError: ERROR,
    "PollRequest.wakeup": row({}, () => [new fuse.PollRequest()]),
    ReadingRequest: ABSTRACT,
    "ReadResponse.length": row({ length: "count" }, () => [
      new fuse.ReadResponse(),
      0,
    ], { words: { length: "bytes" } }),
    "ReadResponse.fromFd": row(
      { fd: "fd", offset: "offset" },
      (own) => [new fuse.ReadResponse(), own.fd(), 0],
    ),
    ReadlinkRequest: MADE,
    "ReadlinkRequest.respond": row(
      { target: "text" },
      () => [new fuse.ReadlinkRequest(), "a"],
      ONCE,
    ),
    Rename2Request: MADE,
    RenameRequest: MADE,
    RenamingRequest: ABSTRACT,
    "RenamingRequest.respond": row(
      {},
      () => [new fuse.RenameRequest()],
      ONCE,
    ),
    ReplyMessage: SHOWN,
    Request: ABSTRACT,
    RequestBase: ABSTRACT,
    ...Object.fromEntries(
      ["Request", "RequestBase", "UnansweredRequest"].flatMap((name) => {
        const made = () =>
          name === "UnansweredRequest"
            ? new fuse.ForgetRequest()
            : new fuse.LookupRequest();
        return [
          [
            `${name}.respondError`,
            row({ error: "any" }, () => [made(), 7], ONCE),
          ],
          [`${name}.respondUnsupported`, row({}, () => [made()], ONCE)],
        ];
      }),
    ),
    "Request.invalidateAttr": row({}, () => [new fuse.LookupRequest()]),
    "RequestBase.invalidateAttr": row({}, () => [new fuse.LookupRequest()]),
    RequestMessage: SHOWN,
    UnansweredRequest: ABSTRACT,
    "UnansweredRequest.respond": row({}, () => [new fuse.ForgetRequest()]),
  },
};
