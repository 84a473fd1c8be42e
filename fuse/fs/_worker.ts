/**
 * A Worker that serves a file system, alone or with others: see `mountModule`.
 *
 * @module
 */

import { Conn } from "../conn.ts";
import { Device } from "../device.ts";
import { Protocol } from "../protocol.ts";
import { loadFS } from "./load_fs.ts";
import type { OpenHandle } from "./_shared_handles.ts";
import { isShared } from "./_shared_nodes.ts";
import type { FromWorker, ToWorker } from "./_worker_messages.ts";
import type { FS } from "./node.ts";
import { Server } from "./server.ts";

/** The thread's end of the channel, which the runtime's types do not know. */
const thread = globalThis as unknown as {
  onmessage: (event: { readonly data: ToWorker }) => void;
  postMessage(message: FromWorker): void;
};

let fs: FS;
let isAlone: boolean;
let server: Server;
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
    if (!isAlone && !isShared(fs)) {
      throw new TypeError(
        `Cannot serve ${module} by several Workers: its file system has no ` +
          "idOf and nodeById",
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
  const conn = new Conn(
    new Device(fd),
    mountInfo,
    maxWrite === undefined ? {} : { maxWrite },
  );
  const { major, minor, features } = agreed;
  conn._agree(new Protocol(major, minor), features);
  server = new Server(
    conn,
    fs,
    Promise.try(() => fs.root()),
    { ...options, onError: (error) => tell({ kind: "error", error }) },
    isAlone ? undefined : {
      interrupted: ({ lo, hi }) => tell({ kind: "interrupt", lo, hi }),
      leftOpen: (balance) => {
        tell({
          kind: "ended",
          balance: Array.from(balance, ([id, rest]) => ({ id, ...rest })),
        });
        return released.promise;
      },
    },
  );
  server.closed.catch((error) => tell({ kind: "error", error }))
    .then(() => tell({ kind: "closed" }));
}

thread.onmessage = ({ data: message }) => {
  switch (message.kind) {
    case "load":
      isAlone = message.isAlone;
      return void load(message.module, message.data);
    case "serve":
      return serve(message);
    case "interrupt":
      return server._interrupt(message);
    case "stats":
      return tell({ kind: "stats", stats: server.stats });
    case "close":
      return void server.close();
    case "release":
      return released.resolve(message.handles);
  }
};
