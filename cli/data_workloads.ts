import { cString, libc } from "../ffi/internal.ts";
import { O_RDONLY, O_WRONLY } from "../posix/mod.ts";
import type { Operation, Scene, Workload } from "./workload.ts";
import {
  checked,
  LARGE,
  MIB,
  open,
  PAGE,
  pageAligned,
} from "./workload_files.ts";

/**
 * The step between two pages; odd, so that each page is visited once per cycle.
 */
const STRIDE = 40503;
const SEEK_END = 2;

/** Sequential transfers of the whole large file, by short name. */
export const SEQUENTIAL_WORKLOADS: Readonly<Record<string, Workload>> = {
  read4k: sequential("read", "4 KiB", PAGE),
  read128k: sequential("read", "128 KiB", MIB / 8),
  read1m: sequential("read", "1 MiB", MIB),
  write4k: sequential("write", "4 KiB", PAGE),
  write128k: sequential("write", "128 KiB", MIB / 8),
  write1m: sequential("write", "1 MiB", MIB),
};

/**
 * Transfers of single pages of the large file in a scattered order, by short
 * name.
 */
export const RANDOM_WORKLOADS: Readonly<Record<string, Workload>> = {
  randomRead: random("read"),
  randomWrite: random("write"),
};

function sequential(verb: Verb, words: string, size: number): Workload {
  return {
    title: `sequential ${verb}s of ${words}`,
    prepare(scene): Operation {
      const { path, bytes, flags } = largeFile(scene, verb);
      const move = libc()[verb];
      // In a server that uses glibc, malloc maps each buffer anew until a
      // larger buffer has been freed: make the server free the largest first.
      const first = open(path);
      libc().read(first, pageAligned(MIB), BigInt(MIB));
      libc().close(first);
      const buffer = pageAligned(size);
      const count = BigInt(size);
      return {
        bytes,
        run() {
          const fd = open(path, flags);
          for (let left = bytes; left > 0;) {
            const n = checked(verb, move(fd, buffer, count));
            if (n === 0) throw new Error("The large file is too short");
            left -= n;
          }
          libc().close(fd);
        },
      };
    },
  };
}

function random(verb: Verb): Workload {
  return {
    title: `random ${verb} of 4 KiB`,
    prepare(scene): Operation {
      const { path, bytes, flags } = largeFile(scene, verb);
      const fd = open(path, flags);
      const move = libc()[`p${verb}`];
      const buffer = pageAligned(PAGE);
      const size = BigInt(PAGE);
      let page = 0;
      return {
        run() {
          page = (page + STRIDE) % (bytes / PAGE);
          checked(verb, move(fd, buffer, size, BigInt(page * PAGE)));
        },
        close: () => void libc().close(fd),
      };
    },
  };
}

type Verb = "read" | "write";

function largeFile({ dir }: Scene, verb: Verb) {
  const path = cString(`${dir}/${LARGE}`);
  const fd = open(path);
  const bytes = Number(libc().lseek(fd, 0n, SEEK_END));
  libc().close(fd);
  return { path, bytes, flags: verb === "read" ? O_RDONLY : O_WRONLY };
}
