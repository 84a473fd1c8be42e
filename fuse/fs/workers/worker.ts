/**
 * A Worker that serves a file system, alone or with others: see `mountModule`.
 *
 * @module
 */

import { Protocol } from "../../abi/mod.ts";
import { Device } from "../../channel/internal.ts";
import { Conn } from "../../conn/mod.ts";
import type { FS } from "../node.ts";
import { isShared, type OpenHandle, Server } from "../server/internal.ts";
import type { ServerStats } from "../server/mod.ts";
import { loadFS } from "./load_fs.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

/** The thread's end of the channel, which the runtime's types do not know. */
const thread = globalThis as unknown as {
  onmessage: (event: { readonly data: ToWorker }) => void;
  postMessage(message: FromWorker): void;
};

let fs: FS | undefined;
let isAlone: boolean;
let conn: Conn | undefined;
let server: Server;
/** Whether it serves no more, for an error that nobody caught or its own will. */
let hasFailed = false;
/** Those who asked what all have done, the first one first. */
const asking: ((stats: ServerStats) => void)[] = [];
const released = Promise.withResolvers<readonly OpenHandle[]>();

/** Says something, with a plain error if this one cannot be passed on. */
function tell(message: FromWorker): void {
  try {
    thread.postMessage(message);
  } catch (error) {
    if (!("error" in message)) throw error;
    thread.postMessage({ ...message, error: new Error(String(message.error)) });
  }
}

async function load(module: string, data: unknown): Promise<void> {
  try {
    fs = await loadFS(module, data);
    listen();
    if (!isAlone && !isShared(fs)) {
      throw new TypeError(
        `Cannot serve ${module} by several Workers: its file system has no ` +
          "idOf and nodeById that they share",
      );
    }
    tell({ kind: "loaded" });
  } catch (error) {
    tell({ kind: "failed", error });
  }
}

function serve(
  { fd, mountInfo, options, maxWrite, ...agreed }: ToWorker & { kind: "serve" },
): void {
  conn = new Conn(
    new Device(fd),
    mountInfo,
    maxWrite === undefined ? {} : { maxWrite },
  );
  const { major, minor, features, generation } = agreed;
  conn._agree(new Protocol(major, minor), features, generation);
  server = new Server(
    conn,
    fs!,
    Promise.try(() => fs!.root()),
    { ...options, onError: (error) => tell({ kind: "error", error }) },
    isAlone ? undefined : {
      interrupted: ({ lo, hi }) => tell({ kind: "interrupt", lo, hi }),
      leftOpen: (balance) => {
        tell({
          kind: "ended",
          balance: Array.from(balance, ([id, rest]) => ({ id, ...rest })),
          hasFailed,
        });
        return released.promise;
      },
      stats: () => {
        const { promise, resolve } = Promise.withResolvers<ServerStats>();
        asking.push(resolve);
        tell({ kind: "askStats" });
        return promise;
      },
    },
  );
  server.closed.catch((error) => tell({ kind: "error", error }))
    .then(() => tell({ kind: "closed", stats: server.stats }));
  if (hasFailed) conn.close();
}

/**
 * Ends the session here. If the runtime ended the thread, its clone of the device
 * would stay open, and those whose requests it has read would wait for ever.
 */
function fail(error: unknown): void {
  if (hasFailed) return;
  hasFailed = true;
  tell({ kind: fs === undefined ? "failed" : "error", error });
  conn?.close().catch((error) => tell({ kind: "error", error }));
}

function uncaught(event: ErrorEvent | PromiseRejectionEvent): void {
  if (event.defaultPrevented) return;
  event.preventDefault();
  const cause = event instanceof ErrorEvent ? event.error : event.reason;
  fail(new Error("A Worker stopped serving", { cause }));
}

/** Hears of errors after the listeners that there are. */
function listen(): void {
  for (const type of ["error", "unhandledrejection"] as const) {
    removeEventListener(type, uncaught as EventListener);
    addEventListener(type, uncaught as EventListener);
  }
}

/** What a module calls to end its thread. */
function leave(): never {
  const error = new Error("A Worker was ended by its module");
  fail(error);
  throw error;
}

listen();
globalThis.close = leave;
Deno.exit = leave;

thread.onmessage = ({ data: message }) => {
  switch (message.kind) {
    case "load":
      isAlone = message.isAlone;
      return void load(message.module, message.data);
    case "serve":
      try {
        return serve(message);
      } catch (error) {
        tell({ kind: "error", error });
        return tell({ kind: "closed" });
      }
    case "interrupt":
      return server._interrupt(message);
    case "stats":
      return tell({ kind: "stats", stats: server.stats });
    case "allStats":
      return asking.shift()?.(message.stats);
    case "close":
      return void server.close();
    case "release":
      return released.resolve(message.handles);
  }
};
