/**
 * Measurements of hostkit's server alone, without another server to compare.
 *
 * @module
 */

import type { Timing } from "../cli/internal.ts";
import { CONTENDERS, UNCACHED } from "./_contenders.ts";
import { cpuMs, residentMiB } from "./_process.ts";
import type { Programs } from "./_programs.ts";
import { READY, type RunningServer, startServer } from "./_server.ts";
import { median } from "./_statistics.ts";
import { measureThreads } from "./_thread_workloads.ts";

/** The number of clients of a server whose reads take a millisecond. */
const CLIENTS = 64;
const IDLE_MS = 2000;
/** The time after which a server without requests is idle. */
const SETTLE_MS = 200;
const TURN_MS = 500;

/** The results. */
export interface Alone {
  /** The number of operations that the mirror served. */
  readonly operations: number;
  /** The memory of the mirror's process after these operations, in MiB. */
  readonly residentMiB: number;
  /**
   * The longest time that the event loop was blocked, in milliseconds, without
   * the time that its thread waited for a CPU.
   */
  readonly blockedMs: number;
  /** The CPU time of an idle server in a second, in milliseconds. */
  readonly idleMs: number;
  /** The reads per second of a server whose reads take a millisecond. */
  readonly latencyPerSecond: number;
  /**
   * The reads per second of clients that each wait a millisecond themselves.
   */
  readonly clientsPerSecond: number;
}

/**
 * Measures hostkit's server.
 *
 * @param programs The servers and the client.
 * @param work A directory with the source in it, for the mount points.
 * @param rounds The number of measurements for each median.
 * @param operations The number of operations for the mirror to serve.
 */
export async function measureAlone(
  { words, threads }: Programs,
  work: string,
  rounds: number,
  operations: number,
): Promise<Alone | undefined> {
  const [mirror, latency] = [words.get("hostkit"), words.get("latency")];
  if (threads === undefined || mirror === undefined) return undefined;
  const source = `${work}/source`;
  const dir = `${work}/mnt/alone`;
  await Deno.mkdir(dir, { recursive: true });
  const { argumentsOf } = CONTENDERS.hostkit!;
  const start = [...mirror, ...argumentsOf(UNCACHED, source, dir), "--watch"];
  return {
    ...await serveMany(threads, start, dir, operations),
    ...await serveSlowly(threads, [...latency!, dir], dir, source, rounds),
  };
}

async function serveMany(
  threads: string,
  start: readonly string[],
  dir: string,
  wanted: number,
) {
  let operations = 0;
  let resident: number;
  let ended: RunningServer;
  {
    await using server = await startServer(start, dir, READY);
    ended = server;
    for (let turn = 0; operations < wanted; turn++) {
      const verb = turn % 2 === 0 ? "read" : "write";
      const work = { title: verb, verb, threads: 8 } as const;
      operations += measureThreads(threads, work, dir, TURN_MS).operations;
    }
    resident = residentMiB(server.pid);
  }
  const said = (await ended.stdout).slice(READY.length);
  if (said === "") {
    throw new Error(`The server ended early: ${await ended.stderr}`);
  }
  const blockedMs: number = JSON.parse(said);
  return { operations, residentMiB: resident, blockedMs };
}

async function serveSlowly(
  threads: string,
  start: readonly string[],
  dir: string,
  source: string,
  rounds: number,
) {
  await using server = await startServer(start, dir, READY);
  const ofServer: number[] = [];
  const ofClients: number[] = [];
  const clients = { title: "", threads: CLIENTS };
  for (let round = 0; round < rounds; round++) {
    const reads = { ...clients, verb: "read" } as const;
    const waits = { ...clients, verb: "wait" } as const;
    ofServer.push(perSecond(measureThreads(threads, reads, dir, TURN_MS)));
    ofClients.push(perSecond(measureThreads(threads, waits, source, TURN_MS)));
  }
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const before = cpuMs(server.pid);
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  return {
    idleMs: (cpuMs(server.pid) - before) / IDLE_MS * 1000,
    latencyPerSecond: median(ofServer),
    clientsPerSecond: median(ofClients),
  };
}

function perSecond({ operations, elapsedMs }: Timing): number {
  return operations / elapsedMs * 1000;
}
