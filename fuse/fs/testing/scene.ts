import {
  checkFunction,
  checkNumber,
  checkOptions,
  cString,
  linuxLibc,
  showState,
} from "../../../ffi/internal.ts";
import { listMounts } from "../../mount/internal.ts";
import type { MountOptions } from "../../mount/mod.ts";
import type { FS } from "../node.ts";
import { mountFS, type ServeOptions, type Session } from "../server/mod.ts";
import {
  type ModuleSession,
  mountModule,
  type WorkersOptions,
} from "../workers/mod.ts";

// sys/mount.h
const MNT_FORCE = 1;
const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;

const LIMIT_MS = 60_000;

/** The options of a scene. */
export interface SceneOptions {
  /**
   * The time limit in milliseconds. Default: 60,000. Afterwards all mounts are
   * unmounted by force, which frees callers that wait for an answer.
   */
  limitMs?: number;
}

/**
 * Calls a function with a new scene, and cleans the scene up afterwards.
 *
 * @param body The function to call.
 * @param options The time limit.
 * @throws {Error} The error of the body; otherwise an error if the body exceeds
 * the time limit, with the requests in flight, if it leaves something mounted,
 * or if a handler threw an error without an errno that
 * {@linkcode Scene.takeErrors} did not take.
 *
 * @example Usage
 * ```ts ignore
 * import { MemFS } from "@hostkit/hostkit/fuse/fs";
 * import { output, withScene } from "@hostkit/hostkit/fuse/fs/testing";
 *
 * await withScene(async (scene) => {
 *   await using session = await scene.mount(new MemFS());
 *   await output("touch", `${session.mountpoint}/file`);
 * }, { limitMs: 10_000 });
 * ```
 */
export async function withScene(
  body: (scene: Scene) => Promise<void>,
  options: SceneOptions = {},
): Promise<void> {
  checkFunction("body", body);
  const { limitMs = LIMIT_MS } = checkOptions("options", options);
  checkNumber("limitMs", limitMs);
  const scene = await Scene.make();
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => resolve("late"), limitMs);
  try {
    const end = await Promise.race([body(scene), late]);
    if (end === "late") throw scene.lateError(limitMs);
    const mounts = scene.mounts();
    if (mounts.length > 0) throw new Error(`Left mounted: ${mounts}`);
    if (scene.errors.length > 0) {
      throw new AggregateError(scene.errors, "Reported through onError");
    }
  } finally {
    clearTimeout(timer);
    await scene.clean();
  }
}

/** A temporary directory in which a test mounts. */
export class Scene {
  static {
    showState(this, ({ dir, mnt }) => ({ dir, mnt }));
  }

  /** A directory that all users may enter. */
  readonly dir: string;
  /** An empty directory in it. */
  readonly mnt: string;
  readonly #sessions: (Session | ModuleSession)[] = [];
  #errors: unknown[] = [];

  /** @internal Takes an empty directory; the rest is for {@linkcode make}. */
  constructor(dir: string) {
    this.dir = dir;
    this.mnt = `${dir}/mnt`;
  }

  /** Makes the directories; {@linkcode withScene} also cleans up. */
  static async make(): Promise<Scene> {
    // The kernel knows mounts by their real paths.
    const dir = await Deno.realPath(await Deno.makeTempDir());
    await Deno.chmod(dir, 0o755);
    const scene = new Scene(dir);
    await Deno.mkdir(scene.mnt);
    return scene;
  }

  /** The errors without an errno that handlers threw and nothing has taken. */
  get errors(): unknown[] {
    return this.#errors;
  }

  /** Returns the messages of the errors reported so far, and forgets them. */
  takeErrors(): string[] {
    const messages = this.#errors.map((error) => (error as Error).message);
    this.#errors = [];
    return messages;
  }

  /**
   * Mounts a file system on {@linkcode mnt}, served by this process.
   *
   * @param fs The file system.
   * @param options Those of `mountFS`; `onError` collects {@linkcode errors}.
   */
  async mount(
    fs: FS,
    options: MountOptions & ServeOptions = {},
  ): Promise<Session> {
    const session = await mountFS(this.mnt, fs, {
      onError: (error) => void this.#errors.push(error),
      ...checkOptions("options", options),
    });
    this.#sessions.push(session);
    return session;
  }

  /**
   * Mounts the file system of a module on {@linkcode mnt}, served by Workers.
   *
   * @param module The module's URL.
   * @param options Those of `mountModule`; `onError` collects
   * {@linkcode errors}.
   */
  async mountModule(
    module: string | URL,
    options: MountOptions & ServeOptions & WorkersOptions = {},
  ): Promise<ModuleSession> {
    const session = await mountModule(this.mnt, module, {
      onError: (error) => void this.#errors.push(error),
      ...checkOptions("options", options),
    });
    this.#sessions.push(session);
    return session;
  }

  /** Returns the mount points in the directory. */
  mounts(): string[] {
    return listMounts().map(({ mountpoint }) => mountpoint)
      .filter((path) => path.startsWith(`${this.dir}/`));
  }

  /** @internal Returns an error that lists the unanswered requests. */
  lateError(limitMs: number): Error {
    const waiting = this.#sessions.flatMap(({ conn, mountpoint }) =>
      [...conn._inFlight].map((request) => `\n  ${mountpoint}: ${request}`)
    );
    const what = waiting.length > 0
      ? `; in flight:${waiting.join("")}`
      : ", with no request in flight";
    return new Error(`Not done after ${limitMs} ms${what}`);
  }

  /** Unmounts by force what is still mounted, and removes the directory. */
  async clean(): Promise<void> {
    const flags = MNT_FORCE | MNT_DETACH | UMOUNT_NOFOLLOW;
    for (const path of this.mounts().reverse()) {
      await linuxLibc().umount2Async(cString(path), flags);
    }
    await Promise.allSettled(this.#sessions.map(({ closed }) => closed));
    await new Deno.Command("rm", { args: ["-rf", this.dir] }).output();
  }
}
