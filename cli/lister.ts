import { cString, DIRENT64, libc, linuxLibc } from "../ffi/internal.ts";
import { O_DIRECTORY } from "../posix/mod.ts";
import { checked, LIST, open } from "./workload_files.ts";

/** The size of the buffer of readdir(3) in glibc. */
const BUFFER_SIZE = 32 * 1024;

/**
 * Returns a function that lists the directory of many files as readdir(3) does.
 *
 * @param dir The directory that contains it.
 * @param expected The number of its entries, without `.` and `..`.
 */
export function lister(dir: string, expected: number): () => void {
  const { d_reclen } = DIRENT64.offset;
  const path = cString(`${dir}/${LIST}`);
  const entries = new Uint8Array(new ArrayBuffer(BUFFER_SIZE));
  const view = new DataView(entries.buffer);
  const size = BigInt(BUFFER_SIZE);
  return () => {
    const { getdents64 } = linuxLibc();
    const fd = open(path, O_DIRECTORY);
    let count = 0;
    for (;;) {
      const n = checked("getdents64", getdents64(fd, entries, size));
      if (n === 0) break;
      for (let at = 0; at < n; at += view.getUint16(at + d_reclen, true)) {
        count++;
      }
    }
    libc().close(fd);
    if (count !== expected + 2) throw new Error(`Listed ${count} entries`);
  };
}
