import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { encodeBytes } from "../../../ffi/c_string.ts";
import { Frame } from "../../../fuse/message/frame.ts";
import { RequestPool } from "../../../fuse/message/decode.ts";
import {
  BatchForgetRequest,
  CreationRequest,
  decodeRequest,
  InitRequest,
  ProtocolError,
  type Request,
  UnrecognizedRequest,
} from "../../../fuse/mod.ts";
import { rounds } from "../../_support/platform.ts";
import { type RandomBelow, randomNumbers, SEED } from "../_random.ts";
import type { Sample } from "./_sample.ts";
import { SAMPLES } from "./_samples.ts";

const HEADER_SIZE = 40;

/** Returns a copy of another length that says so, zeros at its end. */
function resized(
  bytes: Uint8Array,
  length: number,
): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(length);
  copy.set(bytes.subarray(0, length));
  if (length >= 4) new DataView(copy.buffer).setUint32(0, length, true);
  return copy;
}

/** Whether a sample's first `length` bytes are a request too. */
function isRequest({ title, type }: Sample, length: number): boolean {
  if (type === UnrecognizedRequest) return length >= HEADER_SIZE;
  // Cut there, its flags are the name "\x01" of the layout without flags.
  if (title === "SETXATTR") return length === HEADER_SIZE + 12;
  const body = length - HEADER_SIZE;
  return type === InitRequest && (body === 16 || body >= 64);
}

for (const sample of SAMPLES) {
  const { title, bytes } = sample;
  Deno.test(`decodeRequest() refuses ${title} of any other length`, () => {
    for (let length = 0; length < bytes.length + 24; length++) {
      if (length === bytes.length) continue;
      const other = resized(bytes, length);
      if (isRequest(sample, length)) decodeRequest(other);
      else assertThrows(() => decodeRequest(other), ProtocolError);
    }
  });

  Deno.test(`decodeRequest() refuses ${title} that lies about its length`, () => {
    for (let length = 0; length < bytes.length + 24; length++) {
      if (length === bytes.length) continue;
      if (length < bytes.length) {
        const cut = bytes.subarray(0, length);
        assertThrows(() => decodeRequest(cut), ProtocolError);
      }
      const lie = bytes.slice();
      new DataView(lie.buffer).setUint32(0, length, true);
      assertThrows(() => decodeRequest(lie), ProtocolError, `${length}`);
    }
  });
}

/** Ends of a request that a name cannot have: hexadecimal, and why. */
const BAD_NAMES: [name: string, why: string][] = [
  ["", "there is none"],
  ["61", "it does not end"],
  ["00", "it is empty"],
  ["0000", "it is empty, and another follows"],
  ["610062", "it is followed by what does not end"],
  ["61006200", "another follows"],
  ["610000", "another follows, empty"],
];

/** The bodies that end in a name: what comes before it. */
const NAMED: [title: string, before: string][] = [
  ["LOOKUP", ""],
  ["SYMLINK", "6100"],
  ["MKNOD", "00".repeat(16)],
  ["MKDIR", "00".repeat(8)],
  ["UNLINK", ""],
  ["RMDIR", ""],
  ["RENAME", "00".repeat(8) + "6100"],
  ["LINK", "00".repeat(8)],
  ["GETXATTR", "00".repeat(8)],
  ["REMOVEXATTR", ""],
  ["CREATE", "00".repeat(16)],
  ["RENAME2", "00".repeat(16) + "6100"],
];

for (const [title, before] of NAMED) {
  for (const [name, why] of BAD_NAMES) {
    Deno.test(`decodeRequest() refuses ${title} of a name when ${why}`, () => {
      const { bytes } = SAMPLES.find((sample) => sample.title === title)!;
      const request = new Uint8Array([
        ...bytes.subarray(0, HEADER_SIZE),
        ...Uint8Array.fromHex(before + name),
      ]);
      const malformed = resized(request, request.length);
      assertThrows(() => decodeRequest(malformed), ProtocolError, "a name");
    });
  }
}

/** Two names, of which the first is not one: hexadecimal, and why. */
const BAD_FIRST_NAMES: [names: string, why: string][] = [
  ["006200", "is empty"],
  ["61", "does not end"],
  ["6162", "takes all there is"],
];

for (const [title, before] of NAMED.filter(([, before]) => /61/.test(before))) {
  for (const [names, why] of BAD_FIRST_NAMES) {
    Deno.test(`decodeRequest() refuses ${title} when the first name ${why}`, () => {
      const { bytes } = SAMPLES.find((sample) => sample.title === title)!;
      const request = new Uint8Array([
        ...bytes.subarray(0, HEADER_SIZE),
        ...Uint8Array.fromHex(before.slice(0, -4) + names),
      ]);
      const malformed = resized(request, request.length);
      assertThrows(() => decodeRequest(malformed), ProtocolError, "a name");
    });
  }
}

/** Values at which sizes, counts and signs go wrong. */
const EDGES = [0, 1, 7, 8, 16, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0];

type Mutation = (
  bytes: Uint8Array<ArrayBuffer>,
  random: RandomBelow,
) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  function changeByte(bytes, random) {
    if (bytes.length > 0) bytes[random(bytes.length)] = random(0x100);
    return bytes;
  },
  function changeWord(bytes, random) {
    const words = bytes.length >> 2;
    if (words > 0) {
      const value = EDGES[random(EDGES.length)]!;
      new DataView(bytes.buffer).setUint32(4 * random(words), value, true);
    }
    return bytes;
  },
  function changeOpcode(bytes, random) {
    if (bytes.length > 4) bytes[4] = random(60);
    return bytes;
  },
  function cut(bytes, random) {
    return bytes.subarray(0, random(bytes.length + 1));
  },
  function grow(bytes, random) {
    const longer = new Uint8Array(bytes.length + 1 + random(40));
    longer.set(bytes);
    return longer;
  },
];

/** Returns a sample, somewhat spoilt. */
function mutant(random: RandomBelow): Uint8Array<ArrayBuffer> {
  let bytes = SAMPLES[random(SAMPLES.length)]!.bytes.slice();
  for (let n = random(3); n >= 0; n--) {
    const mutation = MUTATIONS[random(MUTATIONS.length)]!;
    bytes = new Uint8Array(mutation(bytes, random));
  }
  // Most tell the truth about their length, or none would be looked into.
  return random(8) > 0 ? resized(bytes, bytes.length) : bytes;
}

/** Returns what `decode` makes, or `undefined` if it is refused. */
function accepted(decode: () => Request): Request | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** The fields that are views of the request. */
const VIEWS = ["data", "xattr"] as const;

/** Everything a request got out of its bytes. */
function contents(request: Request | undefined): string {
  if (request === undefined) return "refused";
  const views = VIEWS.map((name) =>
    (Reflect.get(request, name) as Uint8Array | undefined)?.toHex()
  );
  return `${request} ${JSON.stringify(request)} ${views}`;
}

/** The fields that are texts out of the request. */
const TEXTS = ["name", "newName", "oldName", "target"] as const;

/** Fails if a request has what is not in its bytes. */
function checkInside(request: Request, bytes: Uint8Array): void {
  for (const field of TEXTS) {
    if (!(field in request)) continue;
    const text = encodeBytes(`${Reflect.get(request, field)}\0`);
    assertEquals(text.indexOf(0), text.length - 1);
    assert(bytes.toHex().includes(text.toHex()), field);
  }
  for (const field of VIEWS) {
    if (!(field in request)) continue;
    const data = Reflect.get(request, field) as Uint8Array;
    assertStrictEquals(data.buffer, bytes.buffer);
    assert(data.byteOffset >= bytes.byteOffset + HEADER_SIZE);
    const end = bytes.byteOffset + bytes.length;
    assert(data.byteOffset + data.length <= end, "past the end");
  }
  if (request instanceof CreationRequest) {
    for (const { name, value } of request.securityContexts) {
      const text = encodeBytes(`${name}\0`);
      assert(bytes.toHex().includes(text.toHex() + value.toHex()), name);
    }
  }
  if (request instanceof BatchForgetRequest) {
    const size = HEADER_SIZE + 8 + 16 * request.forget.length;
    assert(size <= bytes.length);
  }
}

const COUNT = rounds(100_000);

Deno.test(`decodeRequest() takes or refuses each of ${COUNT} mutants`, () => {
  // deno-lint-ignore no-console -- the way to run the same again
  console.log(`HOSTKIT_SEED=${SEED}`);
  const random = randomNumbers(SEED);
  const pool = new RequestPool();
  let taken = 0;
  for (let i = 0; i < COUNT; i++) {
    const bytes = mutant(random);
    // In the server's buffer something else may follow.
    const buffer = new Uint8Array(bytes.length + 64).fill(random(2) * 0x41);
    buffer.set(bytes);
    try {
      const request = accepted(() => decodeRequest(bytes));
      const frame = new Frame(buffer, bytes.length);
      const pooled = accepted(() => pool.decode(frame));
      const found = contents(pooled);
      if (found !== contents(request)) assertEquals(found, contents(request));
      if (request === undefined) continue;
      checkInside(request, bytes);
      taken++;
    } catch (cause) {
      const message = `HOSTKIT_SEED=${SEED}: ${bytes.toHex()}`;
      throw new Error(message, { cause });
    }
  }
  // Both happen often, or the mutants are too much alike.
  assert(taken > COUNT / 10 && taken < COUNT * 0.9, `${taken} of ${COUNT}`);
});
