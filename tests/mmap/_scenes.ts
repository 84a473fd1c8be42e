/**
 * What may end a process, each in a process of its own: `crash_test.ts` says
 * which of these scenes must.
 *
 * @module
 */

import { pbkdf2 } from "node:crypto";
import { promisify } from "node:util";
import {
  map,
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_PRIVATE,
  MAP_SHARED,
  MMap,
  PROT_RDWR,
  PROT_READ,
} from "../../mmap/mod.ts";
import {
  ftruncate,
  getpagesize,
  memfdCreate,
  mmap,
  munmap,
} from "../../posix/mod.ts";

const PS = getpagesize();

function twoPages(): MMap {
  const m = MMap.memfd("scene", 2 * PS);
  m.bytes.fill(7);
  return m;
}

/** A mapping of two pages, of whose file one is left. */
function cutFile(): MMap {
  const m = MMap.memfd("scene", 2 * PS);
  ftruncate(m.fd, PS);
  return m;
}

function expectThrow(body: () => unknown, code: string): void {
  try {
    body();
  } catch (error) {
    const seen = (error as { code?: string }).code ?? (error as Error).name;
    if (seen === code) return;
    throw error;
  }
  throw new Error(`did not throw ${code}`);
}

function expect(truth: boolean, what: string): void {
  if (!truth) throw new Error(what);
}

/** Collects garbage until finalizers had their turn. */
async function collect(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    (globalThis as unknown as { gc(): void }).gc();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** Runs a function in a Worker with a message; returns what it answers. */
async function inWorker(
  source: string,
  message: unknown,
  transfer: Transferable[] = [],
): Promise<unknown> {
  const { href } = new URL("../../mmap/mod.ts", import.meta.url);
  const body = source.replaceAll("MMAP", JSON.stringify(href));
  const text =
    `onmessage = async ({ data }) => postMessage(await (${body})(data))`;
  const worker = new Worker(
    `data:text/javascript,${encodeURIComponent(text)}`,
    {
      type: "module",
    },
  );
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => reject(event.error ?? new Error(event.message));
  worker.postMessage(message, transfer);
  try {
    return await promise;
  } finally {
    worker.terminate();
  }
}

const SCENES: Readonly<Record<string, () => void | Promise<void>>> = {
  "typed array after unmap"() {
    const m = twoPages();
    const { bytes } = m;
    const floats = new Float64Array(bytes.buffer);
    m.unmap();
    expect(bytes.length === 0 && bytes[5] === undefined, "bytes are there");
    bytes[0] = 1;
    floats[0] = 1;
    expect(m.bytes.length === 0 && m.length === 0, "the MMap has bytes");
  },
  "DataView after unmap"() {
    const m = twoPages();
    const view = new DataView(m.bytes.buffer);
    m.unmap();
    expectThrow(() => view.getInt8(0), "TypeError");
    expectThrow(() => view.setInt8(0, 1), "TypeError");
  },
  "slice after unmap"() {
    const m = twoPages();
    const slice = m.slice(PS);
    const { bytes } = slice;
    m.unmap();
    expect(bytes[0] === undefined && slice.bytes.length === 0, "has bytes");
    expectThrow(() => slice.advise(0), "ENOMEM");
    expectThrow(() => slice.readSafe(0, 1), "EFAULT");
    slice.unmap();
  },
  "rest after the unmap of a slice"() {
    const m = twoPages();
    const { bytes } = m;
    m.slice(0, PS).unmap();
    expect(bytes.length === 0 && m.bytes.length === 0, "has bytes");
    expect(m.slice(PS).bytes[0] === 7, "the rest is not there");
  },
  "Worker after unmap": async () => {
    const m = twoPages();
    const shared = m.shared();
    m.unmap();
    const source = `(shared) => {
      const bytes = new Uint8Array(shared);
      bytes[1]++;
      return bytes[0] + bytes[1];
    }`;
    expect(await inWorker(source, shared) === 15, "the Worker saw others");
  },
  "Worker that unmaps": async () => {
    const source = `async () => {
      const { MMap } = await import(MMAP);
      const m = MMap.anonymous(100);
      const { bytes } = m;
      m.unmap();
      bytes[0] = 1;
      return bytes.length;
    }`;
    expect(await inWorker(source, 0) === 0, "has bytes");
  },
  "memory moved to a Worker": async () => {
    const m = twoPages();
    const { buffer } = m.bytes;
    const source = `(buffer) => new Uint8Array(buffer)[9]`;
    const answer = inWorker(source, buffer, [buffer]);
    expectThrow(() => m.unmap(), "EINVAL");
    expect(await answer === 7, "the Worker saw others");
  },
  "handle to a Worker": async () => {
    const m = twoPages();
    const { bytes } = m;
    const handle = m.toHandle();
    expect(bytes.length === 0 && m.length === 0, "has bytes");
    m.unmap();
    const source = `async (handle) => {
      const { MMap } = await import(MMAP);
      using m = MMap.fromHandle(handle);
      m.resize(100_000);
      return m.bytes[9] + m.bytes[99_999];
    }`;
    expect(await inWorker(source, handle) === 7, "the Worker saw others");
    expectThrow(() => MMap.fromHandle(handle), "TypeError");
  },
  "memory moved away, the MMap dropped": async () => {
    const moved = (() => twoPages().bytes.buffer.transfer())();
    await collect();
    expect(new Uint8Array(moved)[PS] === 7, "not the same memory");
  },
  "view of a dropped MMap": async () => {
    const view = (() => new Uint16Array(twoPages().bytes.buffer))();
    await collect();
    expect(view[PS / 2] === 0x0707, "not the same memory");
  },
  "SharedArrayBuffer of a dropped MMap": async () => {
    const shared = (() => twoPages().shared())();
    await collect();
    expect(new Uint8Array(shared)[PS] === 7, "not the same memory");
  },
  "hash of memory unmapped meanwhile": async () => {
    const m = MMap.anonymous(32 << 20);
    const hash = promisify(pbkdf2)(m.bytes, "salt", 1, 32, "sha256");
    m.unmap();
    expect((await hash).length === 32, "no hash");
  },
  "hash of memory made shorter meanwhile": async () => {
    const m = MMap.anonymous(32 << 20);
    const hash = promisify(pbkdf2)(m.bytes, "salt", 1, 32, "sha256");
    m.resize(PS);
    expect((await hash).length === 32, "no hash");
  },
  "hash of memory dropped meanwhile": async () => {
    const hash = (() => {
      const m = MMap.anonymous(32 << 20);
      return promisify(pbkdf2)(m.bytes, "salt", 1, 32, "sha256");
    })();
    await collect();
    expect((await hash).length === 32, "no hash");
  },
  "read into memory unmapped meanwhile": async () => {
    const path = `${await Deno.makeTempDir()}/fifo`;
    await new Deno.Command("mkfifo", { args: [path] }).output();
    using fifo = await Deno.open(path, { read: true, write: true });
    using writer = await Deno.open(path, { write: true });
    const m = MMap.anonymous(PS);
    const { address } = m;
    const read = fifo.read(m.bytes);
    m.unmap();
    using next = MMap.anonymous(PS);
    expect(next.address !== address, "the address was used again");
    await writer.write(new Uint8Array(PS).fill(1));
    expect(await read === PS, "read less");
    expect(next.bytes[0] === 0, "the bytes went to another mapping");
    await Deno.remove(path.replace("/fifo", ""), { recursive: true });
  },
  "mapping laid over a dropped MMap": async () => {
    const address = (() => twoPages().address)();
    const { data } = mmap(
      address,
      PS,
      PROT_RDWR,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
      -1,
      0,
    );
    data[0] = 3;
    await collect();
    await collect();
    expect(data[0] === 3, "not the same memory");
    munmap(data);
    expect(data.length === 0, "has bytes");
  },
  "resize under a mapping laid over it"() {
    const m = twoPages();
    const { data } = mmap(
      m.address + BigInt(PS),
      2 * PS,
      PROT_RDWR,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
      -1,
      0,
    );
    expectThrow(() => m.resize(8 * PS), "EFAULT");
    expectThrow(() => m.resize(PS), "EFAULT");
    data[PS] = 1;
    expect(m.bytes[0] === 7, "the MMap has no bytes");
    munmap(data);
    expect(m.bytes.length === 0, "the MMap has bytes");
  },
  "readSafe of a cut file"() {
    const m = cutFile();
    expectThrow(() => m.readSafe(PS, PS + 8), "EFAULT");
    expectThrow(() => m.copyOut(new Uint8Array(2 * PS)), "EFAULT");
    expectThrow(() => m.probe(), "EFAULT");
    expect(m.readSafe(0, 8).length === 8, "cannot read the rest");
  },
  "touch of a cut file"() {
    cutFile().bytes[PS];
  },
  "store in mode read"() {
    using m = MMap.open("/etc/passwd");
    m.bytes[0] = 1;
    expect(m.bytes[0] === 1, "the store is lost");
    using again = MMap.open("/etc/passwd");
    expect(again.bytes[0] !== 1, "the store reached the file");
  },
  "store without PROT_WRITE"() {
    const fd = memfdCreate("scene", 0);
    ftruncate(fd, PS);
    map(fd, PROT_READ, MAP_SHARED).bytes[0] = 1;
  },
  "store after protect"() {
    const m = twoPages();
    m.slice(PS).protect(PROT_READ);
    m.bytes[0] = 1;
    m.bytes[PS] = 1;
  },
};

async function main(): Promise<void> {
  await SCENES[Deno.args[0]!]!();
  // deno-lint-ignore no-console -- the parent waits for it
  console.log("alive");
  Deno.exit(0);
}

if (import.meta.main) main();
