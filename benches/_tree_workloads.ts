/**
 * Workloads on whole trees with many files, in a mount of which the kernel has
 * cached nothing.
 *
 * @module
 */

import {
  checked,
  lister,
  type Operation,
  type Scene,
  type Workload,
} from "../cli/internal.ts";
import { cString, libc, linuxLibc } from "../ffi/internal.ts";
import { ARCHIVE, ENTRIES, REPOSITORY, SMALL_FILES } from "./_fixture.ts";

const MS_REMOUNT = 32n;
const EMPTY = cString("");
/**
 * A `git status` that inspects each file, whatever its inode number, and writes
 * nothing.
 */
const GIT_STATUS = [
  "--no-optional-locks",
  "-c",
  "core.checkStat=minimal",
  "-c",
  "core.trustctime=false",
  "status",
  "--porcelain",
];

/** The workloads by name. */
export const TREE_WORKLOADS: Readonly<Record<string, Workload>> = {
  list: {
    title: `list ${ENTRIES} entries, cold`,
    prepare(scene): Operation {
      const list = lister(scene.dir, ENTRIES);
      return { limit: 1, before: () => forget(scene), run: list };
    },
  },
  git: {
    title: `git status of ${SMALL_FILES} files, cold`,
    prepare(scene): Operation {
      const repository = `${scene.dir}/${REPOSITORY}`;
      return {
        limit: 1,
        before: () => forget(scene),
        run: () => program("git", "-C", repository, ...GIT_STATUS),
      };
    },
  },
  untar: {
    title: `untar ${SMALL_FILES} files`,
    prepare(scene): Operation {
      const name = `untar-${libc().getpid()}`;
      const archive = `${scene.source}/${ARCHIVE}`;
      return {
        limit: 1,
        before() {
          // With several Workers, each known file has an open descriptor.
          forget(scene);
          Deno.mkdirSync(`${scene.source}/${name}`);
        },
        run: () => program("tar", "-xf", archive, "-C", `${scene.dir}/${name}`),
        after() {
          Deno.removeSync(`${scene.source}/${name}`, { recursive: true });
          forget(scene);
        },
      };
    },
  },
};

/**
 * Makes the kernel drop its cached names and inodes of a mount, and send
 * FORGET.
 */
function forget({ dir, source }: Scene): void {
  if (dir === source) return;
  const { mount } = linuxLibc();
  checked("mount", mount(EMPTY, cString(dir), EMPTY, MS_REMOUNT, EMPTY));
}

/** Runs a program to its end, which must be successful. */
function program(name: string, ...args: string[]): void {
  const { success, stderr } = new Deno.Command(name, {
    args,
    env: {
      LC_ALL: "C",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
    },
    stdin: "null",
  }).outputSync();
  if (!success) throw new Error(`${name}: ${new TextDecoder().decode(stderr)}`);
}
