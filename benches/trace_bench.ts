/**
 * What it costs to be listened to: a server's requests per second with nobody
 * listening, with a `debug` hook that looks at nothing, with one that prints
 * like strace, and with a recording.
 *
 * There is no kernel in between: the requests come out of memory, and all ways
 * take turns. The number of rounds may be given.
 *
 * ```sh
 * deno run --allow-all benches/trace_bench.ts 15
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a benchmark prints

import type { Channel } from "../fuse/channel.ts";
import { Conn } from "../fuse/conn.ts";
import type { TraceOptions } from "../fuse/mod.ts";
import { HelloFS, serve } from "../fuse/fs/mod.ts";
import { Strace } from "../fuse/strace.ts";

/** How many requests each turn has. */
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

/** INIT, and then lookups and stats without end, up to a count. */
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

/** Serves all requests; returns the nanoseconds of each. */
async function turn(options: TraceOptions): Promise<number> {
  const conn = new Conn(new Source(), NOWHERE, {});
  await conn._handshake(options);
  const start = performance.now();
  await serve(conn, new HelloFS()).closed;
  return (performance.now() - start) * 1e6 / COUNT;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

async function main(rounds: number): Promise<void> {
  let length = 0;
  const strace = new Strace((text) => length += text.length);
  const ways: readonly [name: string, options: TraceOptions][] = [
    ["nobody listens", {}],
    ["debug that looks at nothing", { debug: () => {} }],
    ["debug that prints like strace", { debug: (it) => strace.add(it) }],
    ["record into /dev/null", { record: "/dev/null" }],
    ["nobody listens, again", {}],
  ];
  const times = ways.map((): number[] => []);
  for (const [, options] of ways) await turn(options);
  for (let round = 0; round < rounds; round++) {
    for (const [i, [, options]] of ways.entries()) {
      times[i]!.push(await turn(options));
    }
  }
  const medians = times.map(median);
  console.log(`${COUNT} lookups and stats, medians of ${rounds} rounds\n`);
  for (const [i, [name]] of ways.entries()) {
    const ns = medians[i]!.toFixed(0).padStart(7);
    const ratio = (medians[i]! / medians[0]!).toFixed(2).padStart(6);
    console.log(`${name.padEnd(32)}${ns} ns${ratio} ×`);
  }
}

main(Number(Deno.args[0] ?? 9));
