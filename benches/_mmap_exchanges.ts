/**
 * The cost of an exchange between two processes.
 *
 * @module
 */

import { accept, HostFd, listenUnix } from "@hostkit/hostkit/hostfd";
import { FutexWord, O_WRONLY } from "@hostkit/hostkit/posix";
import { runSync } from "./_child.ts";
import { type Contest, time, type Way } from "./_contest.ts";
import {
  awaitWord,
  openWords,
  PATIENCE_MS,
  PING,
  PONG,
  setWord,
} from "./_mmap_echo.ts";

const EXCHANGES = 20_000;
/**
 * The exchanges before the clock starts, while the other process starts and is
 * compiled.
 */
const UNTIMED = 2_000;

function startEcho(how: string, dir: string): void {
  const script = new URL("_mmap_echo.ts", import.meta.url).pathname;
  const count = String(UNTIMED + EXCHANGES);
  new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", script, how, dir, count],
    signal: AbortSignal.timeout(60_000),
  }).spawn().unref();
}

/**
 * Returns the time of the exchanges, which are numbered from 1, in
 * milliseconds.
 */
function timeExchanges(exchange: (number: number) => void): number {
  for (let i = 1; i <= UNTIMED; i++) exchange(i);
  return time(() => {
    for (let i = 1; i <= EXCHANGES; i++) exchange(UNTIMED + i);
  });
}

/** Returns the time of exchanges of single bytes, in milliseconds. */
function timeBytes(to: HostFd, from: HostFd): number {
  const byte = new Uint8Array(1);
  return timeExchanges(() => {
    to.writeSync(byte);
    if (from.readSync(byte) !== 1) throw new Error("The other process ended");
  });
}

function inC(name: string, program: string, how: string): Way {
  const words = [program, how, "/", String(EXCHANGES)];
  return { name, run: () => parseFloat(runSync(words)) };
}

/** Compares exchanges of numbers or bytes between two processes. */
export function exchanges(c: string, dir: string): Contest {
  return {
    title: `${EXCHANGES} exchanges between two processes`,
    ways: [
      inC("C, futex", c, "futex"),
      inC("C, futex as FutexWord has it", c, "look"),
      inC("C, two pipes", c, "pipe"),
      inC("C, Unix socket", c, "socket"),
      {
        name: "MMap, FutexWord",
        run: () => {
          using m = openWords(dir);
          const words = m.as(Int32Array).fill(0);
          const ping = new FutexWord(words, PING);
          const pong = new FutexWord(words, PONG);
          startEcho("word", dir);
          return timeExchanges((i) => {
            ping.store(i);
            if (pong.waitWhile(i - 1, PATIENCE_MS) !== i) {
              throw new Error("The other process does not answer");
            }
          });
        },
      },
      {
        name: "MMap, futexWait and futexWake",
        run: () => {
          using m = openWords(dir);
          const words = m.as(Int32Array).fill(0);
          startEcho("futex", dir);
          return timeExchanges((i) => {
            setWord(words, PING, i);
            awaitWord(words, PONG, i);
          });
        },
      },
      {
        name: "two pipes",
        run: () => {
          startEcho("pipe", dir);
          using ping = HostFd.open(`${dir}/ping`, O_WRONLY);
          using pong = HostFd.open(`${dir}/pong`);
          return timeBytes(ping, pong);
        },
      },
      {
        name: "Unix socket",
        run: () => {
          using server = listenUnix(`${dir}/socket`);
          startEcho("socket", dir);
          using peer = accept(server.fd);
          Deno.removeSync(`${dir}/socket`);
          return timeBytes(peer, peer);
        },
      },
    ],
    targets: [
      { name: "MMap, FutexWord", of: "C, futex", atMost: 1.5 },
      { name: "MMap, FutexWord", of: "two pipes", atMost: 0.5 },
    ],
  };
}
