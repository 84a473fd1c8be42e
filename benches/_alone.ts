/**
 * What is asked of hostkit's server alone: there is no rival to compare with.
 *
 * @module
 */

import type { Timing } from "../cli/workload.ts";
import { CONTENDERS, UNCACHED } from "./_contenders.ts";
import { cpuMs, residentMiB } from "./_process.ts";
import type { Programs } from "./_programs.ts";
import { READY, type RunningServer, startServer } from "./_server.ts";
import { median } from "./_statistics.ts";
import { measureThreads } from "./_thread_workloads.ts";

/** How many clients read what takes a millisecond. */
const CLIENTS = 64;
const IDLE_MS = 2000;
/** After how long without requests a server rests. */
const SETTLE_MS = 200;
const TURN_MS = 500;

/** What came out. */
export interface Alone {
  /** How many operations the mirror served. */
  readonly operations: number;
  /** The memory of its process then, in MiB. */
  readonly residentMiB: number;
  /**
   * How long its event loop was blocked at most, in milliseconds, while its
   * thread had a CPU.
   */
  readonly blockedMs: number;
  /** The CPU time of a server with nothing to do, for each second. */
  readonly idleMs: number;
  /** How many reads a second that take a millisecond each. */
  readonly latencyPerSecond: number;
  /** How many the clients make where the millisecond is their own. */
  readonly clientsPerSecond: number;
}

/**
 * Measures it.
 *
 * @param programs The servers and the client.
 * @param work A directory with the source in it, for the mount points.
 * @param rounds How often to measure what is a median.
 * @param operations How many operations the mirror is to serve.
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
