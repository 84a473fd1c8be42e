/**
 * Reads and writes one file in every way that there is, all of them at once,
 * and compares it with what was written: runs in a process of its own.
 *
 * @module
 */

import { Ring } from "../../../hostfd/uring/mod.ts";
import * as sys from "../../_support/sys/mod.ts";
import { c, done } from "../../_support/sys/libc.ts";
import { type RandomBelow, randomNumbers } from "../_random.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** One way to read and write, at once or later. */
interface Way {
  readonly name: string;
  /** Whether only whole pages can be moved. */
  readonly wholePages: boolean;
  /** Whether the kernel does it while others go on. */
  readonly isLater: boolean;
  read(at: number, size: number): Bytes | Promise<Bytes>;
  write(at: number, bytes: Bytes): void | Promise<void>;
}

/** What is done with a part of the file. */
interface Change {
  readonly what: string;
  readonly at: number;
  readonly bytes: Bytes;
  readonly isLater: boolean;
  run(): void | Promise<void>;
}

/** What each way may write at a time. */
export const REGION = 4 * 4096;
const REGIONS = 12;
const SIZE = REGIONS * REGION;
const PAGE = 4096;
const [KEEP_SIZE, PUNCH_HOLE] = [1, 2] as const;
/** How many regions are written at once. */
const AT_ONCE = 4;

/** Memory that begins with a page, as direct I/O wants it. */
function memory(size: number, from?: Bytes): Bytes {
  const pages = sys.pages(Math.ceil(size / PAGE) * PAGE).subarray(0, size);
  if (from !== undefined) pages.set(from);
  return pages;
}

function throughSystemCalls(
  name: string,
  fd: number,
  wholePages: boolean,
): Way {
  return {
    name,
    wholePages,
    isLater: false,
    read(at, size) {
      const bytes = memory(size);
      const n = c().pread(fd, bytes, BigInt(size), BigInt(at));
      return bytes.subarray(0, done("pread", n));
    },
    write(at, from) {
      const bytes = memory(from.length, from);
      const n = c().pwrite(fd, bytes, BigInt(bytes.length), BigInt(at));
      checkWhole(name, done("pwrite", n), bytes);
    },
  };
}

function throughRing(
  name: string,
  ring: Ring,
  fd: number,
  wholePages: boolean,
): Way {
  return {
    name,
    wholePages,
    isLater: true,
    async read(at, size) {
      const bytes = memory(size);
      return bytes.subarray(0, await ring.read(fd, bytes, at) ?? 0);
    },
    async write(at, from) {
      const bytes = memory(from.length, from);
      checkWhole(name, await ring.write(fd, bytes, at), bytes);
    },
  };
}

function checkWhole(name: string, n: number, bytes: Bytes): void {
  if (n !== bytes.length) throw new Error(`${name}: ${n} of ${bytes.length}`);
}

function throughMap(fd: number): Way & Disposable {
  const map = sys.map(fd, SIZE);
  return {
    name: "map",
    wholePages: false,
    isLater: false,
    read: (at, size) => map.bytes.slice(at, at + size) as Bytes,
    write: (at, bytes) => map.bytes.set(bytes, at),
    [Symbol.dispose]: () => map.unmap(),
  };
}

/** The first byte that is not as it should be. */
function difference(
  bytes: Bytes,
  size: number,
  ...wanted: readonly Bytes[]
): string | undefined {
  if (bytes.length !== size) return `${bytes.length} of ${size} bytes`;
  const at = bytes.findIndex((byte, i) =>
    wanted.every((bytes) => bytes[i] !== byte)
  );
  if (at < 0) return undefined;
  return `at ${at}: ${bytes[at]}, not ${wanted.map((bytes) => bytes[at])}`;
}

/** A file that is used in every way, and what it should contain. */
class Mixture {
  readonly #fd: number;
  readonly #below: RandomBelow;
  readonly #ways: readonly Way[];
  readonly #model: Bytes = new Uint8Array(SIZE);
  readonly #canPunch: boolean;
  /** The last changes, for the report. */
  readonly #history: string[] = [];

  constructor(fd: number, ways: readonly Way[], below: RandomBelow) {
    this.#fd = fd;
    this.#ways = ways;
    this.#below = below;
    const punched = sys.attempt(
      sys.fallocate,
      fd,
      PUNCH_HOLE | KEEP_SIZE,
      0,
      1,
    );
    this.#canPunch = punched === null;
  }

  /** Changes some regions at once, and reads meanwhile and afterwards. */
  async round(): Promise<void> {
    const regions = this.#regions();
    const changes = regions.map((region) => this.#change(region * REGION));
    for (const { what, at, bytes } of changes) {
      this.#history.push(`${what} ${bytes.length} at ${at}`);
    }
    const old = this.#model.slice();
    for (const { at, bytes } of changes) this.#model.set(bytes, at);
    const start = (later: boolean) =>
      changes.filter(({ isLater }) => isLater === later)
        .map(async (change) => await change.run());
    const running = start(true);
    // What goes through the ring leaves now.
    await null;
    let isDone = false;
    const all = Promise.all([...running, ...start(false)]).finally(() => {
      isDone = true;
    });
    const read = async () => {
      do {
        for (const way of this.#ways) await this.#glance(way, regions, old);
      } while (!isDone);
    };
    await Promise.all([all, read()]);
    for (const region of regions) {
      for (const way of this.#ways) await this.#compare(way, region * REGION);
    }
    this.#disturb();
  }

  /** Compares the whole file in each way. */
  async finish(): Promise<void> {
    for (const way of this.#ways) {
      for (let i = 0; i < REGIONS; i++) await this.#compare(way, i * REGION);
    }
  }

  /** Reads what may be changing. */
  async #glance(way: Way, changing: number[], old: Bytes): Promise<void> {
    const at = changing[this.#below(changing.length)]! * REGION;
    const bytes = await way.read(at, REGION);
    const part = (of: Bytes) => of.subarray(at, at + REGION);
    this.#check(way, at, bytes, part(old), part(this.#model));
  }

  async #compare(way: Way, at: number): Promise<void> {
    const bytes = await way.read(at, REGION);
    this.#check(way, at, bytes, this.#model.subarray(at, at + REGION));
  }

  #check(way: Way, at: number, bytes: Bytes, ...wanted: Bytes[]): void {
    const found = difference(bytes, REGION, ...wanted);
    if (found === undefined) return;
    const history = this.#history.slice(-3 * AT_ONCE).join("\n");
    throw new Error(`${history}\n${way.name} of region at ${at}, ${found}`);
  }

  /** Returns different regions. */
  #regions(): number[] {
    const regions = new Set<number>();
    while (regions.size < AT_ONCE) regions.add(this.#below(REGIONS));
    return [...regions];
  }

  #change(region: number): Change {
    const way = this.#ways[this.#below(this.#ways.length)]!;
    const unit = way.wholePages ? PAGE : 1;
    const start = this.#below(REGION / unit) * unit;
    const size = (1 + this.#below((REGION - start) / unit)) * unit;
    const at = region + start;
    if (this.#canPunch && this.#below(8) === 0) {
      const run = () =>
        sys.fallocate(this.#fd, PUNCH_HOLE | KEEP_SIZE, at, size);
      const bytes = new Uint8Array(size);
      return { what: "punch", at, bytes, isLater: false, run };
    }
    const first = this.#below(256);
    const bytes = Uint8Array.from({ length: size }, (_, i) => first + i * 7);
    const run = () => way.write(at, bytes);
    return { what: way.name, at, bytes, isLater: way.isLater, run };
  }

  /** Does what changes nothing. */
  #disturb(): void {
    const ways = [sys.fsync, sys.fdatasync, sys.forgetPages, sys.fstat];
    ways[this.#below(20)]?.(this.#fd);
  }
}

/** Uses a new file in every way, so often. */
export async function mix(
  path: string,
  seed: number,
  rounds: number,
): Promise<void> {
  const opened = (flags: number) => sys.open(path, flags | sys.O_RDWR, 0o666);
  const fd = opened(sys.O_CREAT);
  sys.ftruncate(fd, SIZE);
  const direct = opened(sys.O_DIRECT);
  await using ring = new Ring();
  using map = throughMap(fd);
  const ways = [
    throughSystemCalls("buffered", fd, false),
    throughSystemCalls("direct", direct, true),
    throughRing("buffered, by a ring", ring, fd, false),
    throughRing("direct, by a ring", ring, direct, true),
    map,
  ];
  const mixture = new Mixture(fd, ways, randomNumbers(seed));
  for (let i = 0; i < rounds; i++) await mixture.round();
  await mixture.finish();
}
