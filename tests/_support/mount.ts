/**
 * Tests through the real kernel. Each has a directory of its own to mount on,
 * a time limit, and is unmounted by force if it does not do that itself.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { cString } from "../../ffi/c_string.ts";
import { linuxLibc } from "../../ffi/libc.ts";
import { listMounts } from "../../fuse/mount_info.ts";
import type { MountOptions } from "../../fuse/mod.ts";
import {
  type FS,
  mountFS,
  type ServeOptions,
  type Session,
} from "../../fuse/fs/mod.ts";
import { canMount, hasProgram } from "./platform.ts";

// sys/mount.h
const MNT_FORCE = 1;
const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;

/** How long a test may take before its connections are aborted. */
const LIMIT_MS = 60_000;

/** What a test that mounts needs beside the kernel. */
export interface MountTestOptions {
  /** Programs it runs. Without one of them it is skipped. */
  programs?: string[];
  /** A further reason to skip it. */
  ignore?: boolean;
  /** How long it may take, in milliseconds. */
  limitMs?: number;
}

/** Declares a test that mounts, skipped by name where it cannot run. */
export function mountTest(
  name: string,
  body: (scene: Scene) => Promise<void>,
  options: MountTestOptions = {},
): void {
  const { programs = ["python3"], ignore = false, limitMs = LIMIT_MS } =
    options;
  Deno.test(name, {
    ignore: ignore || !canMount || !programs.every(hasProgram),
  }, async () => {
    const scene = await Scene.make();
    const { promise: late, resolve } = Promise.withResolvers<"late">();
    const timer = setTimeout(() => resolve("late"), limitMs);
    try {
      const end = await Promise.race([body(scene), late]);
      if (end === "late") throw new Error(`Not done after ${limitMs} ms`);
      assertEquals(scene.mounts(), [], "Left mounted");
      assertEquals(scene.errors, [], "Reported through onError");
    } finally {
      clearTimeout(timer);
      await scene.clean();
    }
  });
}

/** Where one test mounts. */
export class Scene {
  /** A directory that everybody may enter. */
  readonly dir: string;
  /** An empty directory in it. */
  readonly mnt: string;
  readonly #sessions: Session[] = [];
  #errors: unknown[] = [];

  /** Takes an empty directory; the rest is for {@linkcode make}. */
  constructor(dir: string) {
    this.dir = dir;
    this.mnt = `${dir}/mnt`;
  }

  /** Makes the directories. */
  static async make(): Promise<Scene> {
    // The kernel knows mounts by their real paths.
    const dir = await Deno.realPath(await Deno.makeTempDir());
    await Deno.chmod(dir, 0o755);
    const scene = new Scene(dir);
    await Deno.mkdir(scene.mnt);
    return scene;
  }

  /** What handlers threw that means no errno; a test that expects it takes it. */
  get errors(): unknown[] {
    return this.#errors;
  }

  /** Returns the messages of the errors reported so far, and forgets them. */
  takeErrors(): string[] {
    const messages = this.#errors.map((error) => (error as Error).message);
    this.#errors = [];
    return messages;
  }

  /** Mounts a file system that this process serves. */
  async mount(
    fs: FS,
    options: MountOptions & ServeOptions = {},
  ): Promise<Session> {
    const session = await mountFS(this.mnt, fs, {
      onError: (error) => void this.#errors.push(error),
      ...options,
    });
    this.#sessions.push(session);
    return session;
  }

  /** Returns what is mounted in the directory. */
  mounts(): string[] {
    return listMounts().map(({ mountpoint }) => mountpoint)
      .filter((path) => path.startsWith(`${this.dir}/`));
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
