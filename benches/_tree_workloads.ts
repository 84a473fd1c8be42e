/**
 * Workloads on whole trees with many files, in a mount of which the kernel has
 * cached nothing.
 *
 * @module
 */

import { DIRENT64 } from "../ffi/abi_linux.ts";
import { cString } from "../ffi/c_string.ts";
import { libc, linuxLibc } from "../ffi/libc.ts";
import { O_DIRECTORY } from "../posix/constants_fcntl.ts";
import type { Operation, Scene, Workload } from "../cli/workload.ts";
import { checked, LIST, open } from "../cli/workload_files.ts";
import { ARCHIVE, ENTRIES, REPOSITORY, SMALL_FILES } from "./_fixture.ts";

const MS_REMOUNT = 32n;
const EMPTY = cString("");
/** The size of the buffer of readdir(3) in glibc. */
const LIST_BUFFER = 32 * 1024;
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
      const list = lister(`${scene.dir}/${LIST}`);
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

/** Returns a function that lists the directory as readdir(3) does. */
function lister(dir: string): () => void {
  const { d_reclen } = DIRENT64.offset;
  const path = cString(dir);
  const entries = new Uint8Array(new ArrayBuffer(LIST_BUFFER));
  const view = new DataView(entries.buffer);
  const size = BigInt(LIST_BUFFER);
  return () => {
    const fd = open(path, O_DIRECTORY);
    let count = 0;
    for (;;) {
      const n = checked(
        "getdents64",
        linuxLibc().getdents64(fd, entries, size),
      );
      if (n === 0) break;
      for (let at = 0; at < n; at += view.getUint16(at + d_reclen, true)) {
        count++;
      }
    }
    libc().close(fd);
    if (count !== ENTRIES + 2) throw new Error(`Listed ${count} entries`);
  };
}
