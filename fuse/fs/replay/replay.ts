import {
  checkArray,
  checkMethod,
  checkNumber,
  checkOptions,
} from "../../../ffi/internal.ts";
import { Conn, type MountInfo } from "../../conn/mod.ts";
import { DEFAULT_MAX_WRITE } from "../../message/internal.ts";
import { checkMountOptions } from "../../mount/internal.ts";
import type { MountOptions } from "../../mount/mod.ts";
import { WireLogWriter } from "../../trace/internal.ts";
import type { WireLog } from "../../trace/mod.ts";
import type { FS, Node } from "../node.ts";
import {
  checkServeOptions,
  Server,
  withMountDefaults,
} from "../server/internal.ts";
import type { ServeOptions } from "../server/mod.ts";
import { ReplayChannel } from "./channel.ts";
import type { ReplayOptions, ReplayReport } from "./report.ts";

/** The mount of a replay, which has no mount point. */
export const NOWHERE: MountInfo = {
  id: 0,
  mountpoint: "",
  device: "replay",
  type: "fuse",
  source: "",
  options: "",
};

/** Returns the options of a mount that tell when access times are updated. */
function atimeOptions(
  { readOnly = false, noAtime = false, strictAtime = false }: MountOptions,
): string {
  const atime = noAtime ? ",noatime" : strictAtime ? "" : ",relatime";
  return (readOnly ? "ro" : "rw") + atime;
}

/**
 * Feeds the requests of a recorded session to a file system, which is mounted
 * nowhere, and compares its answers with the recorded ones.
 *
 * Node ids and handles may differ from the record. Each request is sent as soon
 * as all requests that were answered before it in the record are answered.
 *
 * @param log A recording, as `parseWireLog` returns it.
 * @param fs The file system, in the state in which the recording began.
 * @param options The mount options of the recorded session, and options of the
 * comparison.
 * @throws {ClosedWithoutInitError} If the record is empty.
 *
 * @example Usage
 * ```ts ignore
 * import { parseWireLog } from "@hostkit/hostkit/fuse";
 * import { HelloFS, replay } from "@hostkit/hostkit/fuse/fs";
 *
 * const log = parseWireLog(Deno.readFileSync("session.log"));
 * const { differences } = await replay(log, new HelloFS());
 * console.assert(differences.length === 0);
 * ```
 */
export async function replay(
  log: WireLog,
  fs: FS,
  options: MountOptions & ServeOptions & ReplayOptions = {},
): Promise<ReplayReport> {
  checkArray("log.records", checkOptions("log", log).records);
  checkMethod("fs", fs, "root");
  const { times = false, timeoutMs = 10_000 } = checkOptions(
    "options",
    options,
  );
  checkNumber("timeoutMs", timeoutMs);
  checkMountOptions(options);
  checkServeOptions(options);
  const channel = new ReplayChannel(log, { times, timeoutMs });
  // Regardless of the options, the largest request must fit.
  const { maxWrite = DEFAULT_MAX_WRITE } = options;
  const largest = log.records.reduce(
    (max, { kind, bytes }) =>
      kind === "request" ? Math.max(max, bytes.length) : max,
    maxWrite,
  );
  const { record } = options;
  const copy = record === undefined ? undefined : new WireLogWriter(record);
  const mount = { ...NOWHERE, options: atimeOptions(options) };
  const conn = new Conn(channel, mount, { maxWrite: largest }, copy);
  let root: Node | undefined;
  try {
    root = await fs.root();
    await conn._handshake(withMountDefaults(options));
  } catch (error) {
    await conn.close();
    // A file system without a root may be mounted, and in use.
    if (root !== undefined) fs.destroy?.();
    throw error;
  }
  await new Server(conn, fs, root, options).closed;
  const { requests, answers, differences } = channel;
  return { requests, answers, differences };
}
