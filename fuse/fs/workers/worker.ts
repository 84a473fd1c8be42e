/**
 * A Worker that serves a file system, alone or with other Workers: see
 * `mountModule`.
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

/** The global scope of a Worker, for which there are no types here. */
const thread = globalThis as unknown as {
  onmessage: (event: { readonly data: ToWorker }) => void;
  postMessage(message: FromWorker): void;
};

let fs: FS | undefined;
let isAlone: boolean;
let conn: Conn | undefined;
let server: Server;
/** Whether it has stopped, by an uncaught error or by its module's request. */
let hasFailed = false;
/** The callers that wait for combined statistics, the first one first. */
const asking: ((stats: ServerStats) => void)[] = [];
const released = Promise.withResolvers<readonly OpenHandle[]>();

/** Sends a message, with a plain error if the error cannot be cloned. */
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
  const { major, minor, features, generation, isForeign } = agreed;
  conn._agree(new Protocol(major, minor), features, generation);
  conn._isForeign = isForeign;
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
 * Ends this Worker's session. If the runtime terminated the thread, its clone
 * of the device would stay open, and the callers of the requests that it has
 * read would wait forever.
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

/** Listens for errors, after all existing listeners. */
function listen(): void {
  for (const type of ["error", "unhandledrejection"] as const) {
    removeEventListener(type, uncaught as EventListener);
    addEventListener(type, uncaught as EventListener);
  }
}

/** Ends the session when the module calls `close()` or `Deno.exit()`. */
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
