/**
 * Answers each new number in word 0 of a shared memory object by the same in
 * word 1, until it is -1.
 *
 * @module
 */

import * as posix from "../../posix/mod.ts";

const PING = 0;
const PONG = 1;

function main(name: string): void {
  const fd = posix.shmOpen(name, posix.O_RDWR, 0);
  const { MAP_SHARED, PROT_RDWR, getpagesize, mmap } = posix;
  const { data } = mmap(null, getpagesize(), PROT_RDWR, MAP_SHARED, fd, 0);
  const words = new Int32Array(data.buffer);
  for (let seen = 0; seen !== -1;) {
    if (posix.futexWait(words, PING, seen, 30_000) === "timed-out") {
      Deno.exit(1);
    }
    const next = Atomics.load(words, PING);
    if (next === seen) continue;
    seen = next;
    Atomics.store(words, PONG, seen);
    posix.futexWake(words, PONG);
  }
}

if (import.meta.main) main(Deno.args[0]!);
