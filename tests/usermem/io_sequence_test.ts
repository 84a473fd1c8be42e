import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  AddrRange,
  AddrRangeSeq,
  BytesIO,
  bytesIOSequence,
  copyInVec,
  copyOutVec,
  type IO,
  IOSequence,
  zeroOutVec,
} from "../../usermem/mod.ts";

Deno.test("IOSequence.reader() reads nothing before the end, and null there", () => {
  const reader = bytesIOSequence(new Uint8Array(2)).reader();
  const none = new Uint8Array(0);
  assertEquals(reader.read(none), 0);
  assertEquals(reader.read(new Uint8Array(2)), 2);
  assertEquals(reader.read(none), null);
});

Deno.test("IOSequence passes its options to every access", () => {
  const opts = { ignorePermissions: true };
  const io = new BytesIO(new Uint8Array(4));
  const seen: unknown[] = [];
  const spy = new Proxy<IO>(io, {
    get: (target, name) => {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        seen.push(args.at(-1));
        return Reflect.apply(value, target, args);
      };
    },
  });
  const ars = AddrRangeSeq.of(new AddrRange(0n, 4n));
  const sequence = new IOSequence(spy, ars, opts).dropFirst(1).takeFirst(2);
  sequence.copyIn(new Uint8Array(1));
  sequence.copyOut(new Uint8Array(1));
  sequence.zeroOut(1);
  sequence.copyInTo({ writeFromBlocks: () => 0 });
  sequence.copyOutFrom({ readToBlocks: () => 0 });
  sequence.reader().read(new Uint8Array(1));
  assertEquals(seen.length, 6);
  for (const each of seen) assertStrictEquals(each, opts);
});

Deno.test("copyInVec() and the like go on where an IO did less than it was asked", () => {
  const bytes = new Uint8Array([1, 2, 3, 4]);
  const slow = new BytesIO(bytes);
  const io: IO = Object.assign(Object.create(slow), {
    copyIn: (addr: bigint, dst: Uint8Array) =>
      slow.copyIn(addr, dst.subarray(0, 1)),
    copyOut: (addr: bigint, src: Uint8Array) =>
      slow.copyOut(addr, src.subarray(0, 1)),
    zeroOut: (addr: bigint) => slow.zeroOut(addr, 1),
  });
  const ars = AddrRangeSeq.of(new AddrRange(0n, 4n));
  const dst = new Uint8Array(3);
  assertEquals(copyInVec(io, ars, dst), 3);
  assertEquals([...dst], [1, 2, 3]);
  assertEquals(copyOutVec(io, ars, new Uint8Array([5, 6])), 2);
  assertEquals(zeroOutVec(io, ars.dropFirst(2), 9), 2);
  assertEquals([...bytes], [5, 6, 0, 0]);
});
