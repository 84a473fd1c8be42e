/**
 * What Workers leave open when they have ended.
 *
 * @module
 */

import { openFds } from "../../../_support/leaks.ts";

const EPOLL = "anon_inode:[eventpoll]";
const EVENTFD = "anon_inode:[eventfd]";
const TIME_LIMIT_MS = 10_000;

/** What is open in this process. */
export interface Open {
  /** Each descriptor that is no part of an event loop of the runtime. */
  readonly fds: ReadonlyMap<number, string>;
  /**
   * How many event loops there are: one of each thread that has its own, and
   * of each Worker of which a call still waits in the pool. The runtime keeps
   * the last one of a Worker that has ended, whatever that has done.
   */
  readonly eventLoops: number;
}

/**
 * Returns what is open. An event loop is an epoll instance, which this library
 * never makes, and an eventfd that one watches: the library's own are waited
 * for by poll(2) or a ring.
 */
function look(): Open {
  const fds = openFds();
  const watched = new Set<number>();
  for (const [fd, path] of fds) {
    if (path !== EPOLL) continue;
    fds.delete(fd);
    for (const target of watchedBy(fd)) watched.add(target);
  }
  let eventLoops = 0;
  for (const fd of watched) {
    if (fds.get(fd) !== EVENTFD) continue;
    fds.delete(fd);
    eventLoops++;
  }
  return { fds, eventLoops };
}

/** Returns what an epoll instance watches: see proc_pid_fdinfo(5). */
function watchedBy(fd: number): number[] {
  try {
    const info = Deno.readTextFileSync(`/proc/self/fdinfo/${fd}`);
    return Array.from(info.matchAll(/^tfd: +(\d+)/gm), ([, n]) => Number(n));
  } catch {
    // A Worker that ends has closed it since.
    return [];
  }
}

/** Returns how many Workers' threads run, under the runtime's name for them. */
function countWorkers(): number {
  return Array.from(Deno.readDirSync("/proc/self/task")).filter(({ name }) => {
    try {
      const comm = Deno.readTextFileSync(`/proc/self/task/${name}/comm`);
      return comm.startsWith("worker-");
    } catch {
      return false;
    }
  }).length;
}

/** Waits until something is so, or has had time enough to be. */
async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + TIME_LIMIT_MS;
  while (!isSo() && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Waits until so many Workers run; returns how many do. */
export async function runningWorkers(expected: number): Promise<number> {
  await until(() => countWorkers() === expected);
  return countWorkers();
}

/** Returns what is open once the threads of Workers have ended. */
export async function openAfterWorkers(): Promise<Open> {
  await runningWorkers(0);
  return look();
}

/** Returns what has been opened since, and how many event loops are more. */
export async function leftSince(
  before: Open,
): Promise<{ fds: [number, string][]; eventLoops: number }> {
  const left = () => {
    const { fds, eventLoops } = look();
    return {
      fds: [...fds].filter(([fd, path]) => before.fds.get(fd) !== path),
      eventLoops: Math.max(0, eventLoops - before.eventLoops),
    };
  };
  await until(() => {
    const { fds, eventLoops } = left();
    return fds.length === 0 && eventLoops === 0;
  });
  return left();
}
