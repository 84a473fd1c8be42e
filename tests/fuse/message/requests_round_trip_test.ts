import { assertEquals } from "@std/assert";
import { decodeBytes, encodeBytes } from "../../../ffi/c_string.ts";
import { decodeRequest } from "../../../fuse/mod.ts";
import { rounds } from "../../_support/platform.ts";
import { opcodes } from "../abi/_abi_tables.ts";
import { at, bitsOf, concat, setField, sizeOf } from "./_codec.ts";
import { type RandomBits, randomBits, SEED } from "../_random.ts";
import { type Wire, WIRES } from "./_wires.ts";

/** How often each message goes there and back, with other values. */
const ROUNDS = rounds(50);

/** A name of 1 to 64 bytes of which none is a NUL. */
function randomName(random: RandomBits): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(1 + Number(random(6)));
  return bytes.map(() => Number(random(8)) || 0x2e);
}

/** A request's bytes, and what its fields must then be. */
interface Message {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly expected: readonly [path: string, value: unknown][];
}

function encode(opcode: bigint, wire: Wire, random: RandomBits): Message {
  const expected: [string, unknown][] = [];
  const { struct, fields = {}, times = {}, only = {} } = wire;
  const body = new Uint8Array(struct === undefined ? 0 : sizeOf(struct));
  const set = (path: string, value: bigint) =>
    setField(body, 0, struct!, path, value);
  for (const [name, path] of Object.entries(fields)) {
    const choices = only[path];
    const value = choices === undefined
      ? random(bitsOf(struct!, path))
      : choices[Number(random(16)) % choices.length]!;
    set(path, value);
    expected.push([name, value]);
  }
  for (const [name, [seconds, nanoseconds]] of Object.entries(times)) {
    const ns = BigInt.asIntN(64, random(64));
    const part = ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
    set(seconds, (ns - part) / 1_000_000_000n);
    set(nanoseconds, part);
    expected.push([name, ns]);
  }
  const tail: Uint8Array[] = [];
  for (const name of wire.names ?? []) {
    const bytes = randomName(random);
    tail.push(bytes, new Uint8Array(1));
    if (name !== undefined) expected.push([name, decodeBytes(bytes)]);
  }
  if (wire.data !== undefined) {
    const [name, length] = wire.data;
    const bytes = new Uint8Array(Number(random(9)));
    const data = bytes.map(() => Number(random(8)));
    set(length, BigInt(data.length));
    tail.push(data);
    expected.push([name, data]);
  }
  const extensions = wire.extensions && random(1) === 1n
    ? encodeExtensions(random, expected)
    : new Uint8Array(0);
  const parts = [new Uint8Array(40), body, ...tail, extensions];
  const bytes = concat(parts);
  const inHeader = (path: string, value: bigint) =>
    setField(bytes, 0, "fuse_in_header", path, value);
  inHeader("len", BigInt(bytes.length));
  inHeader("opcode", opcode);
  inHeader("total_extlen", BigInt(extensions.length / 8));
  for (
    const [name, path] of [
      ["header.id", "unique"],
      ["header.node", "nodeid"],
      ["header.uid", "uid"],
      ["header.gid", "gid"],
      ["header.pid", "pid"],
    ] as const
  ) {
    const value = random(bitsOf("fuse_in_header", path));
    inHeader(path, value);
    expected.push([name, value]);
  }
  return { bytes, expected };
}

/** One to three security contexts, and a few groups. */
function encodeExtensions(
  random: RandomBits,
  expected: [string, unknown][],
): Uint8Array<ArrayBuffer> {
  const contexts = Array.from({ length: 1 + Number(random(1)) }, () => ({
    name: decodeBytes(randomName(random)),
    value: new Uint8Array(Number(random(5))).map(() => Number(random(8))),
  }));
  const groups = Array.from(
    { length: Number(random(2)) },
    () => Number(random(32)),
  );
  expected.push(["securityContexts", contexts]);
  expected.push(["supplementaryGroups", groups]);
  const records = contexts.map(({ name, value }) => {
    const head = new Uint8Array(8);
    setField(head, 0, "fuse_secctx", "size", BigInt(value.length));
    return padded(concat([head, encodeBytes(`${name}\0`), value]));
  });
  const first = concat([new Uint8Array(8), ...records]);
  setField(first, 0, "fuse_secctx_header", "size", BigInt(first.length));
  setField(
    first,
    0,
    "fuse_secctx_header",
    "nr_secctx",
    BigInt(contexts.length),
  );
  const second = padded(new Uint8Array(8 + 4 + 4 * groups.length));
  setField(second, 0, "fuse_ext_header", "size", BigInt(second.length));
  setField(second, 0, "fuse_ext_header", "type", 32n);
  setField(second, 8, "fuse_supp_groups", "nr_groups", BigInt(groups.length));
  const view = new DataView(second.buffer);
  for (const [i, gid] of groups.entries()) {
    view.setUint32(12 + 4 * i, gid, true);
  }
  return concat([first, second]);
}

function padded(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(Math.ceil(bytes.length / 8) * 8);
  all.set(bytes);
  return all;
}

/** A number of either kind as the other side has it. */
function comparable(value: unknown): unknown {
  return typeof value === "number" ? BigInt(value) : value;
}

Deno.test("There is a round trip of every request", () => {
  const names = Array.from(opcodes.keys(), (name) => name.slice(5));
  assertEquals(Object.keys(WIRES).sort(), names.sort());
});

for (const [name, wire] of Object.entries(WIRES)) {
  Deno.test(`${name} goes there and back ${ROUNDS} times`, () => {
    const random = randomBits(SEED);
    for (let i = 0; i < ROUNDS; i++) {
      const opcode = opcodes.get(`FUSE_${name}`)!;
      const { bytes, expected } = encode(opcode, wire, random);
      const request = decodeRequest(bytes);
      for (const [path, value] of expected) {
        assertEquals(
          [path, comparable(at(request, path))],
          [path, comparable(value)],
          `HOSTKIT_SEED=${SEED}: ${bytes.toHex()}`,
        );
      }
    }
  });
}
