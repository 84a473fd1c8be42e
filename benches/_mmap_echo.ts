/**
 * The answering process of an exchange between two processes.
 *
 * @module
 */

import { connectUnix, HostFd } from "@hostkit/hostkit/hostfd";
import { MMap } from "@hostkit/hostkit/mmap";
import {
  futexWait,
  futexWake,
  FutexWord,
  O_WRONLY,
} from "@hostkit/hostkit/posix";

/** The longest wait for the other process, in milliseconds. */
export const PATIENCE_MS = 10_000;

/** The index of each side's word; the words are in separate cache lines. */
export const PING = 0;
export const PONG = 16;
/** The size of the shared memory in bytes. */
const WORDS_SIZE = 128;

/** Sets a word and wakes its waiters. */
export function setWord(words: Int32Array, at: number, value: number): void {
  Atomics.store(words, at, value);
  futexWake(words, at);
}

/** Waits until a word has a value. */
export function awaitWord(
  words: Int32Array,
  at: number,
  value: number,
): void {
  for (let seen; (seen = Atomics.load(words, at)) !== value;) {
    if (futexWait(words, at, seen, PATIENCE_MS) === "timed-out") {
      throw new Error("The other process does not answer");
    }
  }
}

/** Maps the shared memory. */
export function openWords(dir: string): MMap {
  const options = {
    mode: "readwrite",
    create: true,
    size: WORDS_SIZE,
  } as const;
  return MMap.open(`${dir}/words`, options);
}

function echoBytes(from: HostFd, to: HostFd): void {
  const byte = new Uint8Array(1);
  while (from.readSync(byte) === 1) to.writeSync(byte);
}

const WAYS: Readonly<Record<string, (dir: string, count: number) => void>> = {
  futex(dir, count) {
    using m = openWords(dir);
    const words = m.as(Int32Array);
    for (let i = 1; i <= count; i++) {
      awaitWord(words, PING, i);
      setWord(words, PONG, i);
    }
  },
  word(dir, count) {
    using m = openWords(dir);
    const words = m.as(Int32Array);
    const ping = new FutexWord(words, PING);
    const pong = new FutexWord(words, PONG);
    for (let i = 1; i <= count; i++) {
      ping.waitWhile(i - 1, PATIENCE_MS);
      pong.store(i);
    }
  },
  pipe(dir) {
    using ping = HostFd.open(`${dir}/ping`);
    using pong = HostFd.open(`${dir}/pong`, O_WRONLY);
    echoBytes(ping, pong);
  },
  socket(dir) {
    using peer = connectUnix(`${dir}/socket`);
    echoBytes(peer, peer);
  },
};

if (import.meta.main) {
  const [how, dir, count] = Deno.args;
  WAYS[how!]!(dir!, Number(count));
}
