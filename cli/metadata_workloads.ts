import {
  AT_FDCWD,
  AT_REMOVEDIR,
  cString,
  errno,
  libc,
  linuxLibc,
} from "../ffi/internal.ts";
import { ENOENT, O_CREAT, O_EXCL, O_WRONLY } from "../posix/mod.ts";
import type { Operation, Workload } from "./workload.ts";
import {
  checked,
  FreshPaths,
  MISSING,
  MOVED,
  open,
  PAGE,
  pageAligned,
  SMALL,
  stat,
} from "./workload_files.ts";

const NEW = O_CREAT | O_EXCL | O_WRONLY;
const MODE = 0o755;
/**
 * The most new names at a time: passthrough_ll searches a linear list of all
 * files that the kernel knows.
 */
const LIMIT = 500;

/** Operations on names, by short name. */
export const METADATA_WORKLOADS: Readonly<Record<string, Workload>> = {
  stat: {
    title: "stat of a file",
    prepare({ dir }): Operation {
      const path = cString(`${dir}/${SMALL}`);
      return { run: () => void checked("fstatat", stat(path)) };
    },
  },
  missing: {
    title: "stat of a missing name",
    prepare({ dir }): Operation {
      const path = cString(`${dir}/${MISSING}`);
      return {
        run() {
          if (stat(path) === 0 || errno() !== ENOENT) {
            throw new Error("The missing name exists");
          }
        },
      };
    },
  },
  open: {
    title: "open, read 4 KiB, close",
    prepare({ dir }): Operation {
      const path = cString(`${dir}/${SMALL}`);
      const buffer = pageAligned(PAGE);
      return {
        run() {
          const fd = open(path);
          if (checked("read", libc().read(fd, buffer, BigInt(PAGE))) !== PAGE) {
            throw new Error("The small file is not one page");
          }
          libc().close(fd);
        },
      };
    },
  },
  create: {
    title: "create a file, close",
    prepare({ dir }): Operation {
      const paths = new FreshPaths(dir);
      return {
        limit: LIMIT,
        before: (runs) => paths.make(runs),
        run: () => void libc().close(open(paths.next(), NEW)),
        after: () => paths.all.forEach((path) => unlink(path)),
      };
    },
  },
  unlink: {
    title: "unlink a file",
    prepare({ dir, source }): Operation {
      const paths = new FreshPaths(dir);
      const sources = new FreshPaths(source);
      return {
        limit: LIMIT,
        before(runs) {
          paths.make(runs);
          sources.make(runs);
          for (const path of sources.all) libc().close(open(path, NEW));
        },
        run: () => unlink(paths.next()),
      };
    },
  },
  mkdir: {
    title: "mkdir",
    prepare({ dir }): Operation {
      const { mkdirat } = linuxLibc();
      const paths = new FreshPaths(dir);
      return {
        limit: LIMIT,
        before: (runs) => paths.make(runs),
        run: () => void checked("mkdir", mkdirat(AT_FDCWD, paths.next(), MODE)),
        after: () => paths.all.forEach((path) => unlink(path, AT_REMOVEDIR)),
      };
    },
  },
  rename: {
    title: "rename",
    prepare({ dir }): Operation {
      const { renameat2 } = linuxLibc();
      const here = cString(`${dir}/${MOVED}`);
      const away = cString(`${dir}/${MOVED}-${libc().getpid()}`);
      let isAway = false;
      const move = (): void => {
        const [from, to] = isAway ? [away, here] : [here, away];
        checked("rename", renameat2(AT_FDCWD, from, AT_FDCWD, to, 0));
        isAway = !isAway;
      };
      return {
        run: move,
        // The next workload expects the original name.
        after: () => isAway && move(),
      };
    },
  },
};

function unlink(path: Uint8Array<ArrayBuffer>, flags = 0): void {
  checked("unlink", linuxLibc().unlinkat(AT_FDCWD, path, flags));
}
