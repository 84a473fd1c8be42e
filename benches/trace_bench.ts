/**
 * The cost of tracing: the time of a request in a server without a listener,
 * with a `debug` hook that ignores its messages, with a hook that prints like
 * strace, and with a recording.
 *
 * The requests come from memory, not from a kernel, and all ways take turns.
 * The number of rounds may be given.
 *
 * ```sh
 * deno run --allow-all benches/trace_bench.ts 15
 * ```
 *
 * @module
 */

import type { Channel } from "../fuse/channel/internal.ts";
import { Conn } from "../fuse/conn/mod.ts";
import { HelloFS, serve } from "../fuse/fs/mod.ts";
import type { TraceOptions } from "../fuse/mod.ts";
import { Strace } from "../fuse/trace/internal.ts";
import { hold } from "./_contest.ts";

/** The number of requests of each turn. */
const COUNT = 50_000;

const INIT = request(26, 0n, new Uint8Array(64), (view) => {
  view.setUint32(40, 7, true);
  view.setUint32(44, 45, true);
});
const LOOKUP = request(1, 1n, new TextEncoder().encode("hello\0"));
const GETATTR = request(3, 1n, new Uint8Array(16));

function request(
  opcode: number,
  node: bigint,
  body: Uint8Array,
  fill: (view: DataView) => void = () => {},
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(40 + body.length);
  const view = new DataView(bytes.buffer);
  bytes.set(body, 40);
  view.setUint32(0, bytes.length, true);
  view.setUint32(4, opcode, true);
  view.setBigUint64(8, 2n, true);
  view.setBigUint64(16, node, true);
  fill(view);
  return bytes;
}

/** A channel with INIT, and then alternating LOOKUP and GETATTR. */
class Source implements Channel {
  readonly isNotifying = false;
  #read = 0;

  isUnmounted(): boolean {
    return true;
  }

  read(frame: Parameters<Channel["read"]>[0]): boolean | undefined {
    if (this.#read > COUNT) return undefined;
    const n = this.#read++;
    const bytes = n === 0 ? INIT : n % 2 === 0 ? GETATTR : LOOKUP;
    frame.bytes.set(bytes);
    frame.length = bytes.length;
    return true;
  }

  write(): boolean {
    return true;
  }

  notify(): Promise<number> {
    return Promise.resolve(0);
  }

  notified(): Promise<void> {
    return Promise.resolve();
  }

  wait(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const NOWHERE = {
  id: 0,
  mountpoint: "",
  device: "bench",
  type: "fuse",
  source: "",
  options: "",
};

/** Serves all requests; returns the milliseconds of each. */
async function serveAll(options: TraceOptions): Promise<number> {
  const conn = new Conn(new Source(), NOWHERE, {});
  await conn._handshake(options);
  const start = performance.now();
  await serve(conn, new HelloFS()).closed;
  return (performance.now() - start) / COUNT;
}

async function main(rounds: number): Promise<void> {
  let length = 0;
  const strace = new Strace((text) => length += text.length);
  const options: Readonly<Record<string, TraceOptions>> = {
    "no listener": {},
    "debug, ignoring its messages": { debug: () => {} },
    "debug, printing like strace": { debug: (it) => strace.add(it) },
    "record into /dev/null": { record: "/dev/null" },
    "no listener, again": {},
  };
  await hold({
    title: `${COUNT} lookups and stats, medians of ${rounds} rounds`,
    ways: Object.entries(options).map(([name, options]) => ({
      name,
      run: () => serveAll(options),
    })),
    targets: [],
  }, rounds);
}

if (import.meta.main) main(Number(Deno.args[0] ?? 9));
