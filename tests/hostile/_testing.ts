import { HelloFS } from "../../fuse/fs/mod.ts";
import { Recorder } from "../../fuse/fs/testing/mod.ts";
import { row, type Table } from "./_table.ts";

const MOUNTED = "of what is mounted; see tests/fuse/fs";
/** The error of a program that fails. */
const FAILS = { throws: ["Error", "NotFound"] };

export const TESTING: Table = {
  types: "ExpectedEntry ReadDirectoryOptions SeenEntry Holder Outcome " +
    "InterceptedCall RecordedCall SceneOptions",
  rows: {
    callInProcess: row(
      { module: "text" },
      () => ["data:text/javascript,export const f = () => 1", "f"],
      { words: { module: "URL" } },
    ),
    canMount: row({}, () => []),
    checkDirectory: row(
      { dir: "text", expected: "options" },
      (own) => [own.dir(), {}],
      {
        ...FAILS,
        untried: { expected: "a process each; its names are paths" },
      },
    ),
    hasProgram: row({ name: "text" }, () => ["sh"], { takes: { name: "NUL" } }),
    holdOpen: "output(), with a program that waits",
    intercept: row(
      { fs: "object", around: "callback" },
      () => [new HelloFS(), () => undefined],
    ),
    output: row({ program: "text" }, () => ["true"], FAILS),
    readDirectory: row(
      { dir: "text", options: "options" },
      (own) => [own.dir(), {}],
      {
        ...FAILS,
        once: "a process each",
        fields: { contentOf: "list" },
      },
    ),
    run: row({ program: "text" }, () => ["true"], FAILS),
    withScene: row(
      { body: "callback", options: "options" },
      () => [() => Promise.resolve(), {}],
      { fields: { limitMs: "ms" } },
    ),
    Recorder: row({}, () => []),
    "Recorder.of": row({ fs: "object" }, () => [new Recorder(), new HelloFS()]),
    "Recorder.calls": row({ method: "any" }, () => [new Recorder(), "read"]),
    "Recorder.clear": row({}, () => [new Recorder()]),
    "Recorder.waitFor": "waits for calls until there are some",
    Scene: "Scene.make() and withScene() make one",
    "Scene.make": "makes a folder that withScene() removes",
    "Scene.takeErrors": MOUNTED,
    "Scene.mount": "mountFS(), on its folder",
    "Scene.mountModule": "mountModule(), on its folder",
    "Scene.mounts": MOUNTED,
    "Scene.lateError": MOUNTED,
    "Scene.clean": MOUNTED,
  },
};
