import * as mmap from "../../mmap/mod.ts";
import type { Own } from "./_own.ts";
import { type Row, row, type Table } from "./_table.ts";

const LENGTH = 8192;

function mapped(own: Own): mmap.MMap {
  const map = mmap.MMap.anonymous(LENGTH);
  own.use(map);
  return map;
}

function shared(own: Own): mmap.MMap {
  return own.use(mmap.MMap.memfd("hostile", LENGTH));
}

function wasm(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
}

/** Returns the row of a method that takes `start` and `end`. */
function part(takes = ""): Row {
  return row({ start: "count", end: "count" }, (own) => [mapped(own), 0, 64], {
    takes: { start: takes, end: takes },
  });
}

const unmap = (target: mmap.MMap) => target.unmap();

export const MMAP: Table = {
  constants: /^(MADV|MAP|MS|PROT)_\w+$/,
  types: "AdviseFlags MapFlags ProtFlags SyncFlags MMapHandle " +
    "TypedArrayConstructor AnonymousOptions MapOptions MemfdOptions OpenOptions",
  ends: { MMap: unmap, MappedBytes: unmap, MappedPages: unmap },
  rows: {
    map: row(
      { fd: "fd", prot: "int", flags: "int" },
      (own) => [own.fd(), mmap.PROT_READ, mmap.MAP_SHARED],
    ),
    mapRegion: row(
      {
        fd: "fd",
        offset: "offset",
        length: "count",
        prot: "int",
        flags: "int",
      },
      (own) => [own.fd(), 0, 64, mmap.PROT_READ, mmap.MAP_SHARED],
      { takes: { length: "-1" } },
    ),
    mapAt: row(
      {
        address: "big",
        fd: "fd",
        offset: "offset",
        length: "count",
        prot: "int",
        flags: "int",
      },
      (own) => [null, own.fd(), 0, 64, mmap.PROT_READ, mmap.MAP_SHARED],
      { takes: { address: "null", length: "-1" } },
    ),
    MMap: "private: MMap.open() and its kind make one",
    MappedBytes: "abstract",
    MappedPages: "abstract",
    "MMap.open": row(
      { path: "text", options: "options" },
      (own) => [own.file(), {}],
      {
        fields: {
          ...{ offset: "count", length: "count", advice: "int" },
          ...{ size: "count", permissions: "int", mode: "list" },
          hugePages: "flag",
        },
        words: { size: "extend" },
      },
    ),
    "MMap.anonymous": row(
      { length: "count", options: "options" },
      () => [LENGTH, {}],
      { fields: { advice: "int", hugePages: "flag" } },
    ),
    "MMap.memfd": row(
      { name: "text", length: "count", options: "options" },
      () => ["hostile", LENGTH, {}],
      { fields: { advice: "int", seals: "int", hugePages: "flag" } },
    ),
    "MMap.fromHandle": row(
      { handle: "object" },
      (own) => [shared(own).toHandle()],
    ),
    "MMap.supported": row({ advice: "int" }, () => [mmap.MADV_NORMAL]),
    "MMap.slice": row({ start: "number", end: "number" }, (own) => [
      mapped(own),
      0,
      64,
    ], { takes: { start: "*", end: "*" } }),
    "MMap.advise": row({ advice: "int" }, (own) => [
      mapped(own),
      mmap.MADV_NORMAL,
    ]),
    "MMap.isResident": row({}, (own) => [mapped(own)]),
    "MMap.lock": row({ options: "options" }, (own) => [mapped(own), {}]),
    "MMap.unlock": row({}, (own) => [mapped(own)]),
    "MMap.protect": row({ prot: "int" }, (own) => [
      mapped(own),
      mmap.PROT_READ,
    ]),
    "MMap.sync": row({ flags: "int" }, (own) => [mapped(own), mmap.MS_SYNC]),
    "MMap.resize": row({ length: "count" }, (own) => [mapped(own), 4096]),
    "MMap.toHandle": row({}, (own) => [shared(own)]),
    "MMap.unmap": row({}, (own) => [mapped(own)]),
    "MMap.unsafeUnmap": row({}, (own) => [mapped(own)]),
    "MappedBytes.probe": part(),
    "MappedBytes.copyOut": row(
      { dst: "bytes", start: "count" },
      (own) => [mapped(own), new Uint8Array(16), 0],
    ),
    "MappedBytes.readSafe": part(),
    "MappedBytes.indexOf": row(
      { needle: "bytes", from: "number" },
      (own) => [mapped(own), new Uint8Array(1), 0],
      { takes: { needle: "string number", from: "*" } },
    ),
    "MappedBytes.lastIndexOf": row(
      { needle: "bytes", from: "number" },
      (own) => [mapped(own), new Uint8Array(1), 0],
      { takes: { needle: "string number", from: "*" } },
    ),
    "MappedBytes.lines": row({}, (own) => [mapped(own)]),
    "MappedBytes.as": row({ type: "callback" }, (own) => [
      mapped(own),
      Uint32Array,
    ], { throws: ["OfCallback"] }),
    "MappedPages.adviseRange": row(
      { start: "count", end: "count", advice: "int" },
      (own) => [mapped(own), 0, 64, mmap.MADV_NORMAL],
    ),
    "MappedPages.flushRange": row(
      { start: "count", end: "count", flags: "int" },
      (own) => [shared(own), 0, 64, mmap.MS_SYNC],
    ),
    "MappedPages.shared": row({}, (own) => [shared(own)]),
    "MappedPages.intoWasm": row(
      { memory: "object", offset: "count" },
      (own) => [shared(own), wasm(), 0],
    ),
  },
};
