/**
 * A process that adds to a word of a file, given as a descriptor, a number of
 * times: alone it is the program, `add` is what it does.
 *
 * @module
 */

import {
  close,
  MAP_SHARED,
  mmap,
  munmap,
  PROT_READ,
  PROT_WRITE,
} from "../../posix/mod.ts";
import { ProcessIO } from "../../usermem/mod.ts";

/** Every so many additions, one goes through ProcessIO. */
const EVERY = 50;

/** Maps the file and adds one to its first word, `times` times. */
export function add(fd: number, times: number): void {
  const { data, address } = mmap(
    null,
    4096,
    PROT_READ | PROT_WRITE,
    MAP_SHARED,
    fd,
    0,
  );
  const word = new Uint32Array(data.buffer, 0, 1);
  using io = ProcessIO.self();
  for (let i = 0; i < times; i++) {
    if (i % EVERY > 0) {
      Atomics.add(word, 0, 1);
      continue;
    }
    for (let expected = io.loadUint32(address);;) {
      const found = io.compareAndSwapUint32(address, expected, expected + 1);
      if (found === expected) break;
      expected = found;
    }
  }
  munmap(data);
}

if (import.meta.main) {
  const [fd, times] = Deno.args.map(Number);
  Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
  add(fd!, times!);
  close(fd!);
}
