/**
 * Tests of a file system through the real kernel: a directory to mount on,
 * clients in other processes, a time limit, recording of calls, and checks of
 * content.
 *
 * Needs `--allow-all`, to run programs, make directories and load modules. The
 * client must be another process, since a synchronous call on a mount that the
 * same thread serves deadlocks.
 *
 * ```ts ignore
 * import { HelloFS } from "@hostkit/hostkit/fuse/fs";
 * import {
 *   canMount,
 *   checkDirectory,
 *   withScene,
 * } from "@hostkit/hostkit/fuse/fs/testing";
 *
 * Deno.test("HelloFS says hello", { ignore: !canMount() }, () =>
 *   withScene(async (scene) => {
 *     await using session = await scene.mount(new HelloFS());
 *     await checkDirectory(session.mountpoint, { hello: "hello, world\n" });
 *   }));
 * ```
 *
 * @module
 */

export { canMount, hasProgram } from "./can_mount.ts";
export {
  checkDirectory,
  type ExpectedEntry,
  readDirectory,
  type ReadDirectoryOptions,
  type SeenEntry,
} from "./check_directory.ts";
export {
  callInProcess,
  type Holder,
  holdOpen,
  type Outcome,
  output,
  run,
} from "./client.ts";
export { intercept, type InterceptedCall } from "./intercept.ts";
export { type RecordedCall, Recorder } from "./recorder.ts";
export { Scene, type SceneOptions, withScene } from "./scene.ts";
