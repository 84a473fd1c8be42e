/**
 * What uses files beyond what a number tells exactly, in a process of its own.
 *
 * @module
 */

import { cString } from "../../../ffi/c_string.ts";
import { errno, libc, linuxLibc } from "../../../ffi/libc.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { copyFileRange, HostFd } from "../../../hostfd/mod.ts";
import {
  fstat,
  ftruncate,
  O_APPEND,
  O_CREAT,
  O_RDWR,
  O_TRUNC,
} from "../../../posix/mod.ts";

/** A number that a double rounds down, and one that it rounds up. */
const PLACES = [2n ** 53n + 1n, 2n ** 53n + 3n, 2n ** 60n + 4097n];
const LAST = 2n ** 63n - 1n;
const SEEK_DATA = 3;
const SEEK_HOLE = 4;
const FALLOC_FL_KEEP_SIZE = 1;
const FALLOC_FL_PUNCH_HOLE = 2;
const F_GETLK = 5;
const F_SETLK = 6;
const F_WRLCK = 1;
const F_OFD_GETLK = 36;

function attempt<T>(call: () => T): T | string {
  try {
    return call();
  } catch (error) {
    return (error as { code?: string }).code ?? `${error}`;
  }
}

function check(syscall: string, result: number | bigint): void {
  if (result < 0) throw new SyscallError(syscall, errno());
}

function seek(fd: number, offset: bigint, whence: number): bigint {
  const found = libc().lseek(fd, offset, whence);
  check("lseek", found);
  return found;
}

/** fcntl(2) about a lock; returns type, start and length. */
function lock(
  fd: number,
  command: number,
  start: bigint,
  length: bigint,
): unknown[] {
  const view = new DataView(new ArrayBuffer(32));
  view.setInt16(0, F_WRLCK, true);
  view.setBigInt64(8, start, true);
  view.setBigInt64(16, length, true);
  const bytes = new Uint8Array(view.buffer);
  check("fcntl", linuxLibc().fcntlLock(fd, command, bytes));
  const at = (i: number): bigint => view.getBigInt64(i, true);
  return [view.getInt16(0, true), at(8), at(16)];
}

/** Does all that takes an offset or a length; returns what came of it. */
export async function useFarPlaces(path: string): Promise<unknown[]> {
  const seen: unknown[] = [];
  const note = (call: () => unknown): void => void seen.push(attempt(call));
  for (const place of PLACES) {
    using file = HostFd.open(path, O_RDWR | O_CREAT | O_TRUNC);
    const { fd } = file;
    const small = new Uint8Array(3);
    const large = new Uint8Array(200_000);
    const write = (text: string, at: bigint): number =>
      file.writeSync(new TextEncoder().encode(text), at);
    const read = (into: Uint8Array, at: bigint): unknown => {
      const n = file.readSync(into.fill(0), at);
      return [n, ...into.subarray(0, 4)];
    };
    note(() => write("here", place));
    note(() => [fstat(fd).size64, fstat(fd).blocks64 > 0n]);
    for (const at of [place - 1n, place, place + 1n, place + 4n, LAST - 9n]) {
      note(() => read(small, at));
      note(() => read(large, at));
    }
    note(() => write("x".repeat(100_000), place + 3n));
    note(() => read(large, place));
    for (const at of [0n, place, place + 3n, place + 10n ** 6n, LAST]) {
      note(() => seek(fd, at, SEEK_DATA) - at < 4096n);
      note(() => seek(fd, at, SEEK_HOLE) - place > 0n);
    }
    note(() => ftruncate(fd, place + 7n));
    note(() => fstat(fd).size64);
    note(() =>
      check("truncate", linuxLibc().truncate(cString(path), place + 5n))
    );
    note(() => fstat(fd).size64);
    note(() => ftruncate(fd, LAST));
    note(() => fstat(fd).size64);
    note(() => ftruncate(fd, place + 5n));
    {
      using appending = HostFd.open(path, O_RDWR | O_APPEND);
      note(() => appending.writeSync(new TextEncoder().encode("end")));
    }
    note(() => [fstat(fd).size64, read(large, place)]);
    const { fallocateAsync } = linuxLibc();
    const punches = FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE;
    for (
      const [mode, start, length] of [
        [punches, place + 1n, 2n],
        [FALLOC_FL_KEEP_SIZE, place + 11n, 5n],
        [0, place + 1n, 4099n],
        [0, LAST - 5n, 6n],
        [0, LAST, LAST],
      ] as const
    ) {
      const result = await fallocateAsync(fd, mode, start, length);
      // How much of a range there is room for is not what is asked here.
      if (length < LAST) seen.push(result < 0 ? "refused" : "done");
      note(() => [fstat(fd).size64, read(large, place)]);
    }
    note(() => ftruncate(fd, place + 20n));
    note(() => copyFileRange(fd, place, fd, place + 9n, 3));
    note(() => copyFileRange(fd, place + 1n, fd, LAST - 2n, 3));
    note(() => [fstat(fd).size64, read(small, place + 9n)]);
    note(() => lock(fd, F_SETLK, place, 1n));
    note(() => lock(fd, F_SETLK, place + 2n, LAST - place - 3n));
    for (const at of [place - 1n, place, place + 1n, place + 2n, LAST]) {
      note(() => lock(fd, F_OFD_GETLK, at, 1n));
      note(() => lock(fd, F_GETLK, at, 0n)[0]);
    }
  }
  return seen;
}

/** Does the same where nothing can be that far; returns what it came to. */
export async function missFarPlaces(path: string): Promise<unknown[]> {
  const seen: unknown[] = [];
  using file = HostFd.open(path, O_RDWR | O_CREAT);
  const { fd } = file;
  file.writeSync(new TextEncoder().encode("near"), 0);
  for (const place of [2n ** 53n - 1n, ...PLACES, LAST - 1n]) {
    const results = [
      attempt(() => file.writeSync(new Uint8Array([1]), place)),
      attempt(() => ftruncate(fd, place + 1n)),
      attempt(() => copyFileRange(fd, 0, fd, place, 1)),
      attempt(() => file.readSync(new Uint8Array(1), place)),
      attempt(() => seek(fd, place, SEEK_DATA)),
      attempt(() => seek(fd, place, SEEK_HOLE)),
    ];
    const { fallocateAsync } = linuxLibc();
    const allocated = await fallocateAsync(fd, 0, place, 1n);
    seen.push([...results, allocated < 0 ? "refused" : "done"].join());
  }
  const bytes = new Uint8Array(5);
  seen.push(file.readSync(bytes, 0), ...bytes, fstat(fd).size64);
  return seen;
}

/** Makes a file larger than a number tells exactly. */
export function makeHuge(path: string): void {
  using file = HostFd.open(path, O_RDWR | O_CREAT);
  file.writeSync(new TextEncoder().encode("start"), 0);
  file.writeSync(new TextEncoder().encode("end"), PLACES[0]!);
}

/** Looks at such a file, and tries to change it. */
export function useHuge(path: string): unknown[] {
  using file = HostFd.open(path, O_RDWR);
  using appending = HostFd.open(path, O_RDWR | O_APPEND);
  const bytes = new Uint8Array(5);
  const { fd } = file;
  return [
    fstat(fd).size64,
    attempt(() => file.readSync(bytes, 0)),
    ...bytes,
    attempt(() => file.readSync(bytes, PLACES[0]!)),
    attempt(() => file.writeSync(bytes, PLACES[0]!)),
    attempt(() => appending.writeSync(bytes)),
    attempt(() => seek(fd, PLACES[0]!, SEEK_DATA)),
    attempt(() => seek(fd, PLACES[0]!, SEEK_HOLE)),
    attempt(() => ftruncate(fd, PLACES[0]! + 1n)),
    fstat(fd).size64,
  ];
}
