/**
 * A pipe in shared memory: one process sends its input, another prints it.
 *
 * The memory is a file without a name (memfd_create), which the receiver opens
 * through the sender's entry in `/proc`. Bytes go through a ring of slots. A
 * process that finds the ring full, or empty, sleeps on the other's counter
 * (futex).
 *
 * ```sh
 * deno run --allow-ffi examples/ring_buffer.ts send < some-file
 * deno run --allow-ffi examples/ring_buffer.ts receive PATH > copy
 * ```
 *
 * The sender prints the PATH for the receiver, which runs at the same time.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- an example prints

import { MMap } from "@hostkit/hostkit/mmap";
import { FutexWord, getpagesize } from "@hostkit/hostkit/posix";

const SLOTS = 16;
const SLOT_SIZE = 64 * 1024;

// The first page has two counters in separate cache lines, and the length of
// each slot; 0 marks the end. The slots follow after this page.
const SENT = 0;
const RECEIVED = 16;
const LENGTHS = 32;

/** The longest wait for the other process. */
const PATIENCE_MS = 60_000;

class Ring {
  static readonly size = getpagesize() + SLOTS * SLOT_SIZE;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #sent: FutexWord;
  readonly #received: FutexWord;

  constructor(memory: MMap) {
    if (memory.length !== Ring.size) throw new Error("not a ring's memory");
    const page = getpagesize();
    this.#bytes = memory.bytes.subarray(page);
    this.#words = memory.slice(0, page).as(Int32Array);
    this.#sent = new FutexWord(this.#words, SENT);
    this.#received = new FutexWord(this.#words, RECEIVED);
  }

  /** Sends the bytes that `read` puts into the slots, until it returns 0. */
  send(read: (slot: Uint8Array) => number): void {
    let sent = 0;
    for (let length = -1; length !== 0;) {
      // The ring is full when the receiver is SLOTS behind.
      awaitChange(this.#received, sent - SLOTS);
      length = read(this.#slot(sent));
      this.#words[LENGTHS + sent % SLOTS] = length;
      this.#sent.store(++sent);
    }
  }

  /** Calls `write` with all bytes that were sent. */
  receive(write: (bytes: Uint8Array) => void): void {
    let received = 0;
    for (let length = -1; length !== 0;) {
      awaitChange(this.#sent, received);
      length = this.#words[LENGTHS + received % SLOTS]!;
      write(this.#slot(received).subarray(0, length));
      this.#received.store(++received);
    }
  }

  /** Waits until everything sent has been received. */
  finish(): void {
    for (let seen; (seen = this.#received.value) !== this.#sent.value;) {
      awaitChange(this.#received, seen);
    }
  }

  #slot(count: number): Uint8Array {
    const start = count % SLOTS * SLOT_SIZE;
    return this.#bytes.subarray(start, start + SLOT_SIZE);
  }
}

function awaitChange(counter: FutexWord, value: number): void {
  if (counter.waitWhile(value, PATIENCE_MS) === value) {
    throw new Error(
      `the other process did nothing for ${PATIENCE_MS / 1000} s`,
    );
  }
}

function send(): void {
  using memory = MMap.memfd("ring", Ring.size);
  const ring = new Ring(memory);
  console.error(`/proc/${Deno.pid}/fd/${memory.fd}`);
  ring.send((slot) => Deno.stdin.readSync(slot) ?? 0);
  ring.finish();
}

function receive(path: string): void {
  using memory = MMap.open(path, { mode: "readwrite" });
  new Ring(memory).receive((bytes) => {
    for (let rest = bytes; rest.length > 0;) {
      rest = rest.subarray(Deno.stdout.writeSync(rest));
    }
  });
}

if (import.meta.main) {
  const [verb, path, ...others] = Deno.args;
  try {
    if (verb === "send" && path === undefined) send();
    else if (verb === "receive" && path && others.length === 0) receive(path);
    else {
      console.error("Usage: ring_buffer.ts send | receive PATH");
      Deno.exit(2);
    }
  } catch (error) {
    console.error(`Cannot ${verb}: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
