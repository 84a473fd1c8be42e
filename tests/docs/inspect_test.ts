import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { inspect } from "node:util";
import {
  Attr,
  GetattrResponse,
  Header,
  LookupRequest,
} from "../../fuse/mod.ts";
import {
  HelloFS,
  MirrorFS,
  PathFS,
  SqliteFS,
  Tree,
} from "../../fuse/fs/mod.ts";
import { HostFd } from "../../hostfd/mod.ts";
import { MMap } from "../../mmap/mod.ts";
import { FutexWord } from "../../posix/mod.ts";
import {
  AccessType,
  AddrRange,
  AddrRangeSeq,
  bytesIOSequence,
  MMapIO,
  ProcessIO,
} from "../../usermem/mod.ts";
import { Block, BlockSeq, ReaderFunc } from "../../usermem/safemem/mod.ts";
import config from "../../deno.json" with { type: "json" };

type Class = abstract new (...args: never[]) => object;

const CUSTOM = Symbol.for("Deno.customInspect");
const CUSTOM_IN_NODE = Symbol.for("nodejs.util.inspect.custom");

/**
 * Classes of which there are no instances, only of classes that extend them.
 */
const BASES = ["MappedBytes", "MappedPages", "Notifier", "NodeNotifier"];

function isClass(value: unknown): value is Class {
  return typeof value === "function" && /^class\b/.test(`${value}`);
}

/** Returns the classes of all entries but the command, by name. */
async function exportedClasses(): Promise<Map<string, Class>> {
  const classes = new Map<string, Class>();
  for (const [entry, path] of Object.entries(config.exports)) {
    if (entry === "./cli") continue;
    const module = await import(new URL(`../../${path}`, import.meta.url).href);
    for (const [name, value] of Object.entries(module)) {
      if (isClass(value)) classes.set(name, value);
    }
  }
  return classes;
}

/** Whether a class, or one that it extends, has private fields. */
function hasPrivateFields(type: Class): boolean {
  for (let base: unknown = type; isClass(base);) {
    if (/^\s*#\w+\s*[;=]/m.test(`${base}`)) return true;
    base = Object.getPrototypeOf(base);
  }
  return false;
}

Deno.test("every exported class with private fields shows its state", async () => {
  const classes = await exportedClasses();
  assert(classes.size > 100);
  const mute = [...classes].filter(([name, type]) => {
    // An error shows its message and its stack.
    if (type.prototype instanceof Error || BASES.includes(name)) return false;
    const isShown = CUSTOM in type.prototype &&
      CUSTOM_IN_NODE in type.prototype;
    return hasPrivateFields(type) && !isShown;
  });
  assertEquals(mute.map(([name]) => name), []);
});

Deno.test("every exported class can be shown, and so can its prototype", async () => {
  for (const { prototype, name } of (await exportedClasses()).values()) {
    assert(Deno.inspect(prototype).length > 0, name);
    assert(inspect(prototype).length > 0, name);
    const empty = Object.create(prototype);
    assert(Deno.inspect(empty).includes(name), name);
  }
});

function range(start: number, end: number): AddrRange {
  return new AddrRange(BigInt(start), BigInt(end));
}

/** Returns one that owns nothing. */
function released(): HostFd {
  const host = new HostFd(99_999);
  host.release();
  return host;
}

Deno.test("values show what they are", () => {
  const seq = AddrRangeSeq.from([range(1, 2), range(16, 32)]);
  const bytes = new Uint8Array([7]);
  const header = new Header();
  header.pid = 9;
  const shown: [unknown, string][] = [
    [range(1, 2), "AddrRange [0x1, 0x2)"],
    [seq, "AddrRangeSeq [[0x1, 0x2) [0x10, 0x20)]"],
    [AccessType.READ_WRITE, "AccessType rw-"],
    [Block.at(16n, 4), "Block [0x10-0x14)*"],
    [Block.of(bytes), "Block { bytes: Uint8Array(1) [ 7 ] }"],
    [released(), "HostFd { fd: -1 }"],
    [new HelloFS(), "HelloFS {}"],
    [new Tree(), "Tree { nodes: 0 }"],
    [header, "Header ID=0x0 Node=0x0 Uid=0 Gid=0 Pid=9"],
  ];
  for (const [value, text] of shown) {
    assertEquals(Deno.inspect(value), text);
    assertEquals(inspect(value), text);
    assertEquals(
      Deno.inspect({ value }).replace(/\s+/g, " "),
      `{ value: ${text} }`,
    );
  }
});

Deno.test("what can no longer be used is shown all the same", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const blocks = BlockSeq.of(Block.of(bytes)).dropFirst(1);
  const block = Block.of(bytes);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  assertEquals(Deno.inspect(block), "Block <detached>");
  assert(Deno.inspect(blocks).startsWith("BlockSeq <Cannot use a buffer"));
});

Deno.test({
  name: "what the system holds shows where it is",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    const m = MMap.anonymous(4096);
    const place = `MMap { address: "0x${
      m.address.toString(16)
    }", length: 4096, fd: -1 }`;
    assertEquals(Deno.inspect(m), place);
    assertEquals(
      Deno.inspect(new MMapIO(m)).replace(/\s+/g, " "),
      `MMapIO { mmap: ${place}, safe: false }`,
    );
    m.unmap();
    assertEquals(Deno.inspect(m), 'MMap { address: "0x0", length: 0, fd: -1 }');
    const io = ProcessIO.self();
    assertEquals(
      Deno.inspect(io),
      `ProcessIO { pid: ${Deno.pid}, isOpen: true }`,
    );
    io.close();
    assertEquals(
      Deno.inspect(io),
      `ProcessIO { pid: ${Deno.pid}, isOpen: false }`,
    );
  },
});

Deno.test("assertEquals tells values apart, however they came about", () => {
  const all = AddrRangeSeq.from([range(1, 2), range(16, 32)]);
  const same = AddrRangeSeq.of(range(16, 32));
  assertEquals(all.tail(), same);
  assertEquals(all.dropFirst(2), AddrRangeSeq.of(range(17, 32)));
  const blocks = [Block.at(16n, 4), Block.at(64n, 4)];
  assertEquals(BlockSeq.from(blocks).dropFirst(4), BlockSeq.of(blocks[1]!));
  const attrs = [new Attr(), new Attr()];
  attrs[0]!.mtimeNs = 5n;
  const responses = attrs.map((attr) => {
    const response = new GetattrResponse();
    response.attr.inode = attr.mtimeNs;
    return response;
  });
  const requests = ["a", "b"].map((name) => {
    const request = new LookupRequest();
    request.name = name;
    return request;
  });
  const getattr = () => ({ mode: 0o100444 });
  const words = new Int32Array(4);
  const [one, other] = [new HostFd(99_998), new HostFd(99_999)];
  const different: [unknown, unknown][] = [
    [same, AddrRangeSeq.of(range(17, 33))],
    [range(1, 2), range(2, 3)],
    [BlockSeq.of(blocks[0]!), BlockSeq.of(blocks[1]!)],
    [one, other],
    [new FutexWord(words), new FutexWord(words, 2)],
    [new ReaderFunc(() => 0), new ReaderFunc(() => 1)],
    [
      bytesIOSequence(new Uint8Array(2)).reader(),
      bytesIOSequence(new Uint8Array([1, 2])).reader(),
    ],
    [new MirrorFS("/a"), new MirrorFS("/b")],
    [new SqliteFS("/a"), new SqliteFS("/b")],
    [new PathFS({ getattr }), new PathFS({ getattr, readlink: () => "a" })],
    [attrs[0], attrs[1]],
    [responses[0], responses[1]],
    [requests[0], requests[1]],
  ];
  for (const [a, b] of different) assertNotEquals(a, b);
  for (const host of [one, other]) host.release();
});
