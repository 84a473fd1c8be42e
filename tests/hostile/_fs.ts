import * as fs from "../../fuse/fs/mod.ts";
import { PollWakeup } from "../../fuse/mod.ts";
import { FakeChannel } from "../fuse/_fake_channel.ts";
import { MOUNTING, SERVING, UNMOUNTED } from "./_mounting.ts";
import type { Own } from "./_own.ts";
import { type Row, row, type Rule, type Table } from "./_table.ts";

const NOWHERE = "/nowhere/at/all";
/** The mount point does not exist, so that nothing is mounted. */
const MOUNTS = {
  fails: "the mount point does not exist",
  throws: ["MountpointDoesNotExistError"],
};
/** The module of a file system, for a Worker. */
const MODULE =
  "data:text/javascript,export default { root: () => ({ attr() {} }) }";
/** Why none is tried: each would start a Worker, and mountFS() checks it. */
const MODULE_ODD = Object.fromEntries(
  Object.keys({ ...MOUNTING, ...SERVING, ...UNMOUNTED, data: "" })
    .map((name) => [name, "a Worker each time"]),
);
const SERVER = "the server calls it, with arguments of its own";
const MOUNTED = "of what is mounted; see tests/fuse/fs";
/** The root directory of a file system. */
const ROOT: Rule["fields"] = { mode: "int", uid: "int", gid: "int" };
const ABSTRACT = "abstract";

const PATHS = { getattr: () => ({}) } as unknown as fs.PathOperations;

const hello = () => new fs.HelloFS();

/** A server without a kernel, and its root directory. */
function served(own: Own): readonly [fs.Server, fs.Node] {
  const channel = new FakeChannel();
  const it = hello();
  const server = fs.serve(channel.connect(), it);
  own.after(async () => {
    channel.end();
    await server.closed;
  });
  return [server, it.root()];
}

const NUMBERS = { takes: { size: "bigint -2^64", nodes: "string" } };

function notifying(
  params: Row["params"],
  args: (root: fs.Node) => readonly unknown[],
): Row {
  return row(params, (own) => {
    const [server, root] = served(own);
    return [server, ...args(root)];
  }, { ...NUMBERS, fails: "nobody has looked the node up" });
}

/** Returns the rows of the methods that a server calls. */
function ofServer(name: string, methods: string): Record<string, string> {
  return Object.fromEntries(
    methods.split(" ").map((method) => [`${name}.${method}`, SERVER]),
  );
}

export const FS: Table = {
  constants: /^STATS_XATTR$/,
  types: "MemFSOptions MirrorOptions ReplayDifference ReplayOptions " +
    "ReplayReport PathFSOptions ServeOptions Server CallerStats " +
    "OperationStats PassthroughStats ServerStats WorkersOptions " +
    "SqliteFSOptions MaybePromise FS Node NodeDirent Handle NodeStats " +
    "NodeText NodeDirectoryEntry NodeFileHandle NodeFS NodeFSOptions " +
    "PathStat PathStatfs PathOperations",
  rows: {
    fromNodeFS: row({ fs: "object", options: "options" }, () => [{}, {}], {
      takes: { fs: "object function", root: "NUL" },
      fields: { root: "text", mountOptions: "options" },
    }),
    generateDynamicInode: row(
      { parent: "big", name: "text" },
      () => [1n, "a"],
      {
        takes: { name: "NUL" },
      },
    ),
    latencyMs: row({ histogram: "list", share: "number" }, () => [[1, 2], 0.5]),
    mountFS: row(
      { dir: "text", fs: "object", options: "options" },
      () => [NOWHERE, hello(), {}],
      {
        ...MOUNTS,
        fields: { ...MOUNTING, ...SERVING },
        untried: UNMOUNTED,
      },
    ),
    mountModule: row(
      { dir: "text", module: "text", options: "options" },
      () => [NOWHERE, MODULE, {}],
      {
        ...MOUNTS,
        words: { module: "URL|module" },
        untried: MODULE_ODD,
        fields: { workers: "count" },
      },
    ),
    readServerStats: row({ dir: "text", timeoutMs: "ms" }, () => [NOWHERE, 1], {
      fails: "nothing is mounted there",
    }),
    replay: row(
      { log: "object", fs: "object", options: "options" },
      () => [{ startNs: 0n, records: [], truncated: false }, hello(), {}],
      {
        fails: "an empty log has no INIT",
        throws: ["ClosedWithoutInitError"],
        words: { log: "log.records" },
        fields: { ...MOUNTING, ...SERVING, timeoutMs: "ms" },
        untried: UNMOUNTED,
      },
    ),
    serve: row(
      { conn: "object", fs: "object", options: "options" },
      (own) => {
        const channel = new FakeChannel();
        own.after(() => channel.end());
        return [channel.connect(), hello(), {}];
      },
      { fields: SERVING },
    ),
    ClockFS: row({}, () => []),
    ...ofServer("ClockFS", "root destroy"),
    "ClockFS.start": row(
      { server: "object", intervalMs: "ms" },
      (own) => {
        const clock = new fs.ClockFS();
        own.after(() => clock.destroy());
        return [clock, served(own)[0], 60_000];
      },
    ),
    "ClockFS.tick": row(
      { server: "object", time: "object" },
      (own) => [new fs.ClockFS(), served(own)[0], new Date()],
      { takes: { time: "undefined" } },
    ),
    HelloFS: row({}, () => []),
    ...ofServer("HelloFS", "root idOf nodeById"),
    LastingIds: ABSTRACT,
    ...ofServer("LastingIds", "idOf nodeById generationOf parentOf"),
    MemFS: row({ options: "options" }, () => [{}], {
      fields: { size: "count", inodes: "count", links: "count", ...ROOT },
    }),
    ...ofServer("MemFS", "root statfs destroy mounted"),
    MirrorFS: row({ source: "text", options: "options" }, () => ["/tmp", {}], {
      takes: { source: "NUL", exclude: "NUL" },
      fields: { exclude: "text", shared: "object" },
    }),
    "MirrorFS.share": row({ files: "count" }, () => [16], {
      takes: { files: "2^53" },
    }),
    ...ofServer(
      "MirrorFS",
      "idOf nodeById generationOf parentOf forgetId handleById root statfs " +
        "syncfs destroy mounted",
    ),
    ModuleSession: MOUNTED,
    "ModuleSession.stats": MOUNTED,
    "ModuleSession.close": MOUNTED,
    "ModuleSession.unmount": MOUNTED,
    NodeNotifier: ABSTRACT,
    "NodeNotifier.invalidateNodeAttr": notifying(
      { node: "object" },
      (root) => [root],
    ),
    "NodeNotifier.invalidateNodeData": notifying(
      { node: "object", offset: "offset", size: "offset" },
      (root) => [root, 0, -1],
    ),
    "NodeNotifier.invalidateEntry": notifying(
      { parent: "object", name: "text" },
      (root) => [root, "a"],
    ),
    "NodeNotifier.expireEntry": "invalidateEntry(), where the kernel can",
    "NodeNotifier.notifyDelete": notifying(
      { parent: "object", child: "object", name: "text" },
      (root) => [root, root, "a"],
    ),
    "NodeNotifier.notifyStore": notifying(
      { node: "object", offset: "offset", data: "bytes" },
      (root) => [root, 0, new Uint8Array(4)],
    ),
    "NodeNotifier.retrieve": "Notifier.notifyRetrieve(), and its answer",
    "NodeNotifier.notifyPollWakeup": notifying(
      { wakeup: "object" },
      () => [new PollWakeup(1n)],
    ),
    "NodeNotifier.prune": notifying({ nodes: "list" }, (root) => [[root]]),
    PathContext: SERVER,
    PathFS: row(
      { operations: "object", options: "options" },
      () => [PATHS, {}],
      { fields: { mountOptions: "options", unlinked: "list" } },
    ),
    ...ofServer("PathFS", "root statfs destroy"),
    "PathFS.nodeAt": row({ path: "text" }, () => [new fs.PathFS(PATHS), "/a"], {
      takes: { path: "NUL" },
    }),
    Session: MOUNTED,
    "Session.unmount": MOUNTED,
    SqliteFS: row({ path: "text", options: "options" }, () => ["/tmp/a", {}], {
      fields: {
        ...{
          size: "count",
          inodes: "count",
          links: "count",
          commitMs: "ms",
          busyMs: "ms",
        },
        ...ROOT,
        report: "callback",
      },
      takes: { path: "NUL" },
    }),
    ...ofServer("SqliteFS", "root statfs syncfs destroy mounted"),
    Tree: row({ nodes: "options" }, () => [{}], {
      words: { nodes: "node|name|path" },
    }),
    "Tree.add": row(
      { path: "text", node: "object" },
      () => [new fs.Tree(), "a", hello().root()],
    ),
    ...ofServer("Tree", "idOf nodeById root"),
  },
};
