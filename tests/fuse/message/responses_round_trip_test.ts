import { assertEquals } from "@std/assert";
import { encodeBytes } from "../../../ffi/c_string.ts";
import * as fuse from "../../../fuse/mod.ts";
import { rounds } from "../../_support/platform.ts";
import { opcodes } from "../abi/_abi_tables.ts";
import { at, bitsOf, concat, getField, setField, sizeOf } from "./_codec.ts";
import { randomBits, SEED } from "../_random.ts";
import { type Answering, replyTo, Sink } from "./_sink.ts";
import { WIRES } from "./_wires.ts";

/** How often each message goes there and back, with other values. */
const ROUNDS = rounds(50);

/** How a response lies in bytes: its fields, and which of the struct's. */
interface ResponseWire {
  readonly title: string;
  readonly opcode: bigint;
  readonly response: () => object;
  /** What a request with that opcode must have besides its header. */
  readonly body: number;
  readonly parts: readonly {
    readonly struct: string;
    readonly fields: Readonly<Record<string, string>>;
    readonly times?: Readonly<Record<string, readonly [string, string]>>;
  }[];
}

const ATTR_FIELDS = {
  "attr.inode": "ino",
  "attr.size": "size",
  "attr.blocks": "blocks",
  "attr.mode": "mode",
  "attr.nlink": "nlink",
  "attr.uid": "uid",
  "attr.gid": "gid",
  "attr.rdev": "rdev",
  "attr.blockSize": "blksize",
  "attr.flags": "flags",
};

/** Puts the struct's field that a path leads through before it. */
function under(
  field: string,
  fields: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, path]) => [name, `${field}.${path}`]),
  );
}

const ATTR_TIMES = {
  "attr.atimeNs": ["attr.atime", "attr.atimensec"],
  "attr.mtimeNs": ["attr.mtime", "attr.mtimensec"],
  "attr.ctimeNs": ["attr.ctime", "attr.ctimensec"],
} as const;

const ENTRY_PART = {
  struct: "fuse_entry_out",
  fields: {
    node: "nodeid",
    generation: "generation",
    ...under("attr", ATTR_FIELDS),
  },
  times: ATTR_TIMES,
};

const OPEN_PART = {
  struct: "fuse_open_out",
  fields: { handle: "fh", flags: "open_flags", backingId: "backing_id" },
};

const ATTR_PART = {
  struct: "fuse_attr_out",
  fields: under("attr", ATTR_FIELDS),
  times: ATTR_TIMES,
};

/** The opcode's request for a response, of zeros but for its names. */
function wireOf(
  name: string,
  response: new () => object,
  parts: ResponseWire["parts"],
): ResponseWire {
  const { struct } = WIRES[name]!;
  return {
    title: `${response.name} to ${name}`,
    opcode: opcodes.get(`FUSE_${name}`)!,
    response: () => new response(),
    body: struct === undefined ? 0 : sizeOf(struct),
    parts,
  };
}

const RESPONSES: readonly ResponseWire[] = [
  wireOf("LOOKUP", fuse.LookupResponse, [ENTRY_PART]),
  wireOf("GETATTR", fuse.GetattrResponse, [ATTR_PART]),
  wireOf("SETATTR", fuse.SetattrResponse, [ATTR_PART]),
  wireOf("SYMLINK", fuse.SymlinkResponse, [ENTRY_PART]),
  wireOf("MKNOD", fuse.LookupResponse, [ENTRY_PART]),
  wireOf("MKDIR", fuse.MkdirResponse, [ENTRY_PART]),
  wireOf("LINK", fuse.LookupResponse, [ENTRY_PART]),
  wireOf("OPEN", fuse.OpenResponse, [OPEN_PART]),
  wireOf("OPENDIR", fuse.OpenResponse, [OPEN_PART]),
  wireOf("CREATE", fuse.CreateResponse, [ENTRY_PART, OPEN_PART]),
  wireOf("TMPFILE", fuse.CreateResponse, [ENTRY_PART, OPEN_PART]),
  wireOf("STATFS", fuse.StatfsResponse, [{
    struct: "fuse_statfs_out",
    fields: under("st", {
      blocks: "blocks",
      bfree: "bfree",
      bavail: "bavail",
      files: "files",
      ffree: "ffree",
      bsize: "bsize",
      namelen: "namelen",
      frsize: "frsize",
    }),
  }]),
  wireOf("GETLK", fuse.QueryLockResponse, [{
    struct: "fuse_lk_out",
    fields: under("lk", {
      "lock.start": "start",
      "lock.end": "end",
      "lock.type": "type",
      "lock.pid": "pid",
    }),
  }]),
  wireOf("BMAP", fuse.BmapResponse, [{
    struct: "fuse_bmap_out",
    fields: { block: "block" },
  }]),
  wireOf("IOCTL", fuse.IoctlResponse, [{
    struct: "fuse_ioctl_out",
    fields: { result: "result" },
  }]),
  wireOf("POLL", fuse.PollResponse, [{
    struct: "fuse_poll_out",
    fields: { revents: "revents" },
  }]),
  wireOf("LSEEK", fuse.LseekResponse, [{
    struct: "fuse_lseek_out",
    fields: { offset: "offset" },
  }]),
  wireOf("COPY_FILE_RANGE", fuse.CopyFileRangeResponse, [{
    struct: "fuse_write_out",
    fields: { size: "size" },
  }]),
  wireOf("COPY_FILE_RANGE_64", fuse.CopyFileRangeResponse, [{
    struct: "fuse_copy_file_range_out",
    fields: { size: "bytes_copied" },
  }]),
  wireOf("STATX", fuse.StatxResponse, [{
    struct: "fuse_statx_out",
    fields: {
      "attr.flags": "flags",
      ...under("stat", {
        attributes: "attributes",
        attributesMask: "attributes_mask",
        "attr.inode": "ino",
        "attr.size": "size",
        "attr.blocks": "blocks",
        "attr.nlink": "nlink",
        "attr.uid": "uid",
        "attr.gid": "gid",
        "attr.blockSize": "blksize",
        "attr.mode": "mode",
      }),
    },
    times: {
      "attr.atimeNs": ["stat.atime.tv_sec", "stat.atime.tv_nsec"],
      "attr.mtimeNs": ["stat.mtime.tv_sec", "stat.mtime.tv_nsec"],
      "attr.ctimeNs": ["stat.ctime.tv_sec", "stat.ctime.tv_nsec"],
      btimeNs: ["stat.btime.tv_sec", "stat.btime.tv_nsec"],
    },
  }]),
];

/** Fields that the library has as a signed number of 32 bits. */
const SIGNED = new Set(["backingId", "result", "lock.pid"]);
/** Fields that the library has as a number below 2^53, or an offset. */
const COUNTS =
  /^(attr\.(size|blocks)|blocks|bfree|bavail|files|ffree|size|offset)$/;
/** Fields that the library has as a `bigint`. */
const BIG =
  /^(node|generation|handle|block|attributes(Mask)?|attr\.inode|lock\.(start|end))$/;

/** Sets the value at a path such as `attr.mode`. */
function assign(object: object, path: string, value: unknown): void {
  const names = path.split(".");
  const last = names.pop()!;
  const owner = names.length === 0 ? object : at(object, names.join("."));
  Reflect.set(owner as object, last, value);
}

for (const { title, opcode, response, body, parts } of RESPONSES) {
  Deno.test(`${title} goes there and back ${ROUNDS} times`, () => {
    const random = randomBits(SEED);
    for (let i = 0; i < ROUNDS; i++) {
      const answer = response();
      const expected: [string, string, number, bigint][] = [];
      let start = 16;
      for (const { struct, fields, times = {} } of parts) {
        for (const [name, path] of Object.entries(fields)) {
          const bits = bitsOf(struct, path);
          const value = random(COUNTS.test(name) && bits > 53 ? 53 : bits);
          assign(
            answer,
            name,
            BIG.test(name)
              ? value
              : SIGNED.has(name)
              ? Number(BigInt.asIntN(bits, value))
              : Number(value),
          );
          expected.push([struct, path, start, value]);
        }
        for (const [name, [seconds, rest]] of Object.entries(times)) {
          const ns = BigInt.asIntN(64, random(64));
          assign(answer, name, ns);
          const part = ((ns % 1_000_000_000n) + 1_000_000_000n) %
            1_000_000_000n;
          const whole = BigInt.asUintN(64, (ns - part) / 1_000_000_000n);
          expected.push([struct, seconds, start, whole]);
          expected.push([struct, rest, start, part]);
        }
        start += sizeOf(struct);
      }
      const reply = replyFrom(opcode, body, answer);
      assertEquals(reply.length, start);
      for (const [struct, path, start, value] of expected) {
        assertEquals(
          [path, getField(reply, start, struct, path)],
          [path, value],
          `HOSTKIT_SEED=${SEED}: ${reply.toHex()}`,
        );
      }
    }
  });
}

/** Names for a request that has any. */
const TAILS: Readonly<Record<number, string>> = {
  [fuse.FUSE_LOOKUP]: "a\0",
  [fuse.FUSE_SYMLINK]: "a\0b\0",
  [fuse.FUSE_MKNOD]: "a\0",
  [fuse.FUSE_MKDIR]: "a\0",
  [fuse.FUSE_LINK]: "a\0",
  [fuse.FUSE_CREATE]: "a\0",
  [fuse.FUSE_TMPFILE]: "a\0",
};

function replyFrom(
  opcode: bigint,
  body: number,
  response: object,
): Uint8Array {
  const tail = encodeBytes(TAILS[Number(opcode)] ?? "");
  const bytes = concat([new Uint8Array(40 + body), tail]);
  setField(bytes, 0, "fuse_in_header", "len", BigInt(bytes.length));
  setField(bytes, 0, "fuse_in_header", "opcode", opcode);
  const sink = new Sink();
  const request = fuse.decodeRequest(bytes);
  request.header.conn = sink;
  (request as Answering<object>).respond(response);
  return sink.replies[0]!;
}

/** The answers that are bytes and nothing else. */
const BYTES: [
  title: string,
  answer: (request: never, data: Uint8Array) => void,
][] = [
  ["READ", (request: fuse.ReadRequest, data) => {
    const response = new fuse.ReadResponse();
    response.data = data;
    request.respond(response);
  }],
  ["GETXATTR", (request: fuse.GetxattrRequest, data) => {
    const response = new fuse.GetxattrResponse();
    response.xattr = data;
    request.respond(response);
  }],
];

for (const [title, answer] of BYTES) {
  Deno.test(`The data of ${title} goes there and back ${ROUNDS} times`, () => {
    const random = randomBits(SEED);
    for (let i = 0; i < ROUNDS; i++) {
      const data = new Uint8Array(Number(random(12)))
        .map(() => Number(random(8)));
      const reply = replyTo(title, (request) => answer(request as never, data));
      assertEquals(reply.subarray(16), data, `HOSTKIT_SEED=${SEED}`);
    }
  });
}

Deno.test(`WriteResponse goes there and back ${ROUNDS} times`, () => {
  const random = randomBits(SEED);
  const bytes = new Uint8Array(40 + sizeOf("fuse_write_in") + 4095);
  setField(bytes, 0, "fuse_in_header", "len", BigInt(bytes.length));
  setField(bytes, 0, "fuse_in_header", "opcode", 16n);
  setField(bytes, 40, "fuse_write_in", "size", 4095n);
  for (let i = 0; i < ROUNDS; i++) {
    const sink = new Sink();
    const request = fuse.decodeRequest(bytes) as fuse.WriteRequest;
    request.header.conn = sink;
    const response = new fuse.WriteResponse();
    const size = random(11);
    response.size = Number(size);
    request.respond(response);
    const [reply] = sink.replies;
    assertEquals(getField(reply!, 16, "fuse_write_out", "size"), size);
    assertEquals(reply!.length, 16 + sizeOf("fuse_write_out"));
  }
});
