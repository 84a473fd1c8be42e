import { cString } from "../ffi/c_string.ts";
import { libc } from "../ffi/libc.ts";
import { O_RDONLY, O_WRONLY } from "../posix/constants_fcntl.ts";
import type { Operation, Workload } from "./workload.ts";
import {
  checked,
  LARGE,
  MIB,
  open,
  PAGE,
  pageAligned,
} from "./workload_files.ts";

/** Odd, so that its multiples meet every page of the file before any twice. */
const STRIDE = 40503;

const SIZES = [
  ["4k", "4 KiB", PAGE],
  ["128k", "128 KiB", MIB / 8],
  ["1m", "1 MiB", MIB],
] as const;

/** What programs do with the content of files, by a short name for each. */
export const DATA_WORKLOADS: Readonly<Record<string, Workload>> = {
  ...Object.fromEntries([
    ...SIZES.map(([name, size, bytes]) => [
      `read${name}`,
      { title: `sequential reads of ${size}`, prepare: reader(bytes) },
    ]),
    ...SIZES.map(([name, size, bytes]) => [
      `write${name}`,
      { title: `sequential writes of ${size}`, prepare: writer(bytes) },
    ]),
  ]),
};

/** The same at random places, which another program does with threads. */
export const RANDOM_WORKLOADS: Readonly<Record<string, Workload>> = {
  randomRead: {
    title: "random read of 4 KiB",
    prepare({ dir }): Operation {
      const { pread } = libc();
      const next = randomOffsets(dir);
      const buffer = pageAligned(PAGE);
      const { fd } = opened(dir, O_RDONLY);
      return {
        run: () => void checked("pread", pread(fd, buffer, 4096n, next())),
      };
    },
  },
};
