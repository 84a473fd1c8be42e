/**
 * A directory with one of every odd thing, and a description of a tree in
 * which everything about it shows, for comparing a mirror with its source.
 *
 * @module
 */

import { inClient } from "../../../_support/client.ts";
import type { Sys } from "../../../_support/client_process.ts";

/** Fills an empty directory with odd things. */
export async function makeOddTree(dir: string): Promise<void> {
  await inClient(dir, fill);
}

/** Describes everything in a directory, by path. */
export function describeTree(
  dir: string,
): Promise<Record<string, Record<string, unknown>>> {
  return inClient(dir, describe);
}

function fill({ attempt, link, put, symlink, ...sys }: Sys, dir: string): void {
  sys.chdir(dir);
  const write = (name: string, data: string = "x", mode = 0o644) => {
    put(name, data);
    sys.chmod(name, mode);
  };
  write("plain", "some text\n");
  write("empty", "");
  const names = [
    ...["caf\u00e9 \u{1f600}", "not-utf8-\udcff\udcfe\udcc0\udc80"],
    ...["surrogate-\udced\udca0\udc80", "new\nline", " spaces  ", "-option"],
    ...["back\\slash", "n".repeat(255), "\udcff".repeat(255)],
    "\u00e9".repeat(127),
  ];
  for (const name of names) write(name);
  for (const mode of [0o000, 0o4755, 0o2755, 0o1777, 0o7777]) {
    write(`mode-${mode.toString(8)}`, "x", mode);
  }
  write("owned");
  sys.chown("owned", 1234, 4_000_000_000);
  write("hard-1", "linked");
  link("hard-1", "hard-2");
  sys.mkdir("sub");
  link("hard-1", "sub/hard-3");

  symlink("plain", "relative");
  symlink("/etc/passwd", "absolute");
  symlink("loop-2", "loop-1");
  symlink("loop-1", "loop-2");
  symlink(".", "self");
  symlink("missing", "dangling");
  symlink("\udcff\n", "odd-target");
  symlink("x".repeat(4095), "long-target");

  sys.mkfifo("fifo", 0o640);
  sys.bindUnix("socket");
  // Not everywhere may root make devices.
  attempt(sys.mknod, "null", 0o666 | sys.S_IFCHR, sys.makedev(1, 3));
  const large = sys.makedev(0xabc, 0x12345);
  attempt(sys.mknod, "large", 0o600 | sys.S_IFBLK, large);

  const sparse = sys.open("sparse", sys.O_CREAT | sys.O_RDWR, 0o644);
  sys.ftruncate(sparse, 5 * 2 ** 30);
  sys.pwrite(sparse, "beyond 4 GiB", 4 * 2 ** 30 + 1);
  sys.pwrite(sparse, "end", 5 * 2 ** 30 - 3);
  sys.close(sparse);

  write("attributes");
  const values: [string, string | Uint8Array][] = [
    ["user.text", "value"],
    ["user.empty", ""],
    ["user.\udcff", Uint8Array.from({ length: 256 }, (_, i) => i)],
    ["user.big", "b".repeat(2000)],
  ];
  for (const [name, value] of values) {
    attempt(sys.setxattr, "attributes", name, value);
  }
  attempt(sys.setxattr, "sub", "user.on-directory", "1");

  for (const name of ["old", "ancient", "future", "nanoseconds"]) write(name);
  sys.mkdir("empty-directory", 0o701);
  const times: [string, bigint][] = [
    ["old", -1n],
    ["ancient", -2_000_000_000_000_000_001n],
    ["future", 5_000_000_000_123_456_789n],
    ["nanoseconds", 1_600_000_000_000_000_001n],
    ["empty-directory", 0n],
  ];
  for (const [name, time] of times) sys.utime(name, time, time);
}

function describe(
  { attempt, latin1, lgetxattr, ...sys }: Sys,
  dir: string,
): Record<string, Record<string, unknown>> {
  sys.chdir(dir);
  const contentOf = (path: string, size: number): unknown => {
    if (size <= 1 << 20) return sys.content(path);
    const fd = sys.open(path, sys.O_RDONLY);
    const four = 4 * 2 ** 30;
    const spots = [0, 1 << 20, four - 2, four, size - 10, size];
    const seen = spots.map((at) => latin1(sys.pread(fd, 20, at)));
    sys.close(fd);
    return seen;
  };
  const attributesOf = (path: string): unknown => {
    const names = attempt(sys.llistxattr, path);
    return !Array.isArray(names)
      ? names
      : names.map((name) => [name, attempt(lgetxattr, path, name)]);
  };
  const tree: Record<string, Record<string, unknown>> = {};
  for (const path of [".", ...sys.walk(".")]) {
    // Reading changes the time of access, and mounting the device.
    const { atime: _atime, blksize: _blksize, dev: _dev, ...status } = sys
      .lstat(path);
    const type = status.mode & sys.S_IFMT;
    tree[path] = {
      ...status,
      link: type === sys.S_IFLNK ? sys.readlink(path) : undefined,
      content: type === sys.S_IFREG ? contentOf(path, status.size) : undefined,
      attributes: attributesOf(path),
    };
  }
  return tree;
}
