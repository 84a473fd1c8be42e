/**
 * Appends to files beside other programs, in a process of its own.
 *
 * @module
 */

import { linuxLibc } from "../../../../ffi/libc.ts";
import { HostFd } from "../../../../hostfd/mod.ts";
import {
  F_SETFL,
  fcntl,
  fstat,
  ftruncate,
  MAP_SHARED,
  mmap,
  munmap,
  O_APPEND,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  PROT_READ,
  PROT_WRITE,
} from "../../../../posix/mod.ts";

/** linux/fs.h */
const FS_IOC_SETFLAGS = 0x4008_6602n;
const FS_IOC_GETFLAGS = 0x8008_6601n;
const FS_APPEND_FL = 0x20;

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** Returns a line that begins and ends with the name of its writer. */
export function line(who: string, i: number): string {
  return `${who}${i} `.padEnd(1 + i * 7 % 191, who) + "\n";
}

/** The ways to open a file to append to it. */
const WAYS: Readonly<Record<string, (path: string) => HostFd>> = {
  write: (path) => HostFd.open(path, O_CREAT | O_WRONLY | O_APPEND),
  "read and write": (path) => HostFd.open(path, O_CREAT | O_RDWR | O_APPEND),
  later: (path) => {
    const file = HostFd.open(path, O_CREAT | O_WRONLY);
    fcntl(file.fd, F_SETFL, O_APPEND);
    return file;
  },
};

function readAll(path: string): string {
  using file = HostFd.open(path, O_RDONLY);
  const bytes = new Uint8Array(fstat(file.fd).size);
  let n = 0;
  for (;;) {
    const part = file.readSync(bytes.subarray(n), n) ?? 0;
    if (part === 0) return DECODER.decode(bytes.subarray(0, n));
    n += part;
  }
}

/**
 * Appends to a file by two paths in turns, and cuts it off by the second;
 * returns what each path showed at each step.
 */
export function appendInTurns(a: string, b: string, way: string): unknown[] {
  const files = [WAYS[way]!(a), WAYS[way]!(b)];
  const seen: unknown[] = [];
  for (let i = 0; i < 60; i++) {
    const file = files[i % 3 === 0 ? 1 : 0]!;
    file.writeSync(ENCODER.encode(line("x", i)));
    if (i === 20) ftruncate(files[1]!.fd, 0);
    if (i === 40) ftruncate(files[1]!.fd, 9000);
    if (i % 4 === 0) seen.push(fstat(files[0]!.fd).size, readAll(a));
  }
  // More than one request takes.
  files[1]!.writeSync(ENCODER.encode("+"));
  const large = new Uint8Array(3_000_001).fill(0x61);
  seen.push(files[0]!.writeSync(large));
  files[0]!.writeSync(ENCODER.encode("end"));
  for (const file of files) file.close();
  return [...seen, readAll(a).slice(0, 20_000), readAll(b).length];
}

/**
 * Appends to a file by one path that another one says can only be appended to;
 * returns what came of it, or nothing where there are no such files.
 */
export function appendOnly(a: string, b: string): unknown[] {
  using theirs = HostFd.open(b, O_CREAT | O_RDWR);
  theirs.writeSync(ENCODER.encode("first"));
  const flags = new Uint32Array(new ArrayBuffer(8));
  const ioctl = (command: bigint): number =>
    linuxLibc().ioctl(theirs.fd, command, new Uint8Array(flags.buffer));
  if (ioctl(FS_IOC_GETFLAGS) < 0) return [];
  flags[0]! |= FS_APPEND_FL;
  if (ioctl(FS_IOC_SETFLAGS) < 0) return [];
  const attempt = (flags: number): unknown => {
    try {
      using file = HostFd.open(a, flags);
      return file.writeSync(ENCODER.encode("more"));
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };
  try {
    return [
      attempt(O_WRONLY | O_APPEND),
      attempt(O_RDWR | O_APPEND),
      attempt(O_WRONLY),
      attempt(O_WRONLY | O_APPEND | O_TRUNC),
      readAll(b),
    ];
  } finally {
    flags[0]! &= ~FS_APPEND_FL;
    ioctl(FS_IOC_SETFLAGS);
  }
}

/** Appends to a file that there is; returns how much was written. */
export function appendText(path: string, text: string): number {
  using file = HostFd.open(path, O_WRONLY | O_APPEND);
  return file.writeSync(ENCODER.encode(text));
}

/** Turns appending on and off, and writes elsewhere; returns what is there. */
export function appendAndNot(a: string, b: string): unknown[] {
  using ours = HostFd.open(a, O_CREAT | O_RDWR | O_APPEND);
  using theirs = HostFd.open(b, O_CREAT | O_RDWR | O_APPEND);
  const write = (file: HostFd, text: string, at?: number) =>
    file.writeSync(ENCODER.encode(text), at);
  write(theirs, "0123456789");
  write(ours, "abc", 2);
  fcntl(ours.fd, F_SETFL, 0);
  write(ours, "def", 2);
  fcntl(ours.fd, F_SETFL, O_APPEND);
  write(theirs, "-");
  write(ours, "ghi", 0);
  // What was mapped has its place, whatever the file was opened for.
  const size = fstat(ours.fd).size;
  const { data } = mmap(
    null,
    size,
    PROT_READ | PROT_WRITE,
    MAP_SHARED,
    ours.fd,
    0,
  );
  data.set(ENCODER.encode("MAP"), 6);
  munmap(data);
  write(ours, "!");
  return [readAll(a), readAll(b)];
}

/**
 * Appends so many lines to a file by each path, all at once, each from a thread
 * of its own.
 */
export async function appendAtOnce(
  paths: string[],
  lines: number,
  way: string,
): Promise<void> {
  const url = import.meta.resolve("./_append_client.ts");
  const workers = paths.map(() => new Worker(url, { type: "module" }));
  const answers = (send: (worker: Worker, i: number) => void) =>
    Promise.all(workers.map((worker, i) =>
      new Promise((resolve, reject) => {
        worker.onmessage = resolve;
        worker.onerror = reject;
        send(worker, i);
      })
    ));
  await answers((worker, i) => worker.postMessage({ path: paths[i], way }));
  await answers((worker, i) => worker.postMessage({ who: "abcdef"[i], lines }));
  for (const worker of workers) worker.terminate();
}

interface Order {
  readonly path?: string;
  readonly way: string;
  readonly who: string;
  readonly lines?: number;
}

/** Runs in a thread of {@linkcode appendAtOnce}. */
function appendWhenTold(): void {
  let file: HostFd | undefined;
  addEventListener("message", (event) => {
    const { path, way, who, lines = 0 } = (event as MessageEvent<Order>).data;
    if (path !== undefined) file = WAYS[way]!(path);
    for (let i = 0; i < lines; i++) {
      file!.writeSync(ENCODER.encode(line(who, i)));
    }
    if (lines > 0) file!.close();
    (self as unknown as Worker).postMessage(null);
  });
}

if ("WorkerGlobalScope" in self) appendWhenTold();
