/**
 * Conversion between nodes and rows of the table `inodes`.
 *
 * @module
 */

import { decodeBytes, encodeBytes } from "../../../ffi/internal.ts";
import {
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
} from "../../../posix/mod.ts";
import {
  PosixDirectory,
  PosixFile,
  type PosixNode,
  PosixSpecial,
  PosixSymlink,
  Time,
  Xattrs,
} from "../posix/internal.ts";
import type { InodeRow } from "./database.ts";
import { ROOT } from "./schema.ts";
import type { StoredVolume } from "./stored_volume.ts";

/** All file types. */
const TYPES: readonly number[] = [
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFREG,
  S_IFSOCK,
];
/** The limit of a stored time, in seconds before or after the Unix epoch. */
const MOST_SECONDS = Number.MAX_SAFE_INTEGER;

/** Returns the row of a node. */
export function rowOf(node: PosixNode): InodeRow {
  const { inode, mode, uid, gid, nlink, rdev, pages, xattrs } = node;
  const { atime, mtime, ctime, btime } = node;
  return {
    inode,
    mode,
    uid,
    gid,
    nlink,
    rdev,
    xattrs: xattrs?.count ?? 0,
    atime: seconds(atime),
    atime_ns: atime.nsec,
    mtime: seconds(mtime),
    mtime_ns: mtime.nsec,
    ctime: seconds(ctime),
    ctime_ns: ctime.nsec,
    btime: seconds(btime),
    btime_ns: btime.nsec,
    size: sizeOf(node),
    pages,
    parent: node instanceof PosixDirectory ? node.parent.inode : null,
    target: node instanceof PosixSymlink ? encodeBytes(node.target) : null,
  };
}

/** Creates the node that a row describes. */
export function nodeOf(
  volume: StoredVolume,
  row: InodeRow,
  parent?: PosixDirectory,
): PosixNode {
  const node = kindOf(volume, withType(row), parent);
  node.nlink = row.nlink;
  node.atime = new Time(row.atime, row.atime_ns);
  node.mtime = new Time(row.mtime, row.mtime_ns);
  node.ctime = new Time(row.ctime, row.ctime_ns);
  node.btime = new Time(row.btime, row.btime_ns);
  if (row.xattrs > 0) {
    node.xattrs = new Xattrs(volume, volume.db.xattrs(row.inode));
  }
  return node;
}

/** Returns the row with a valid file type; the default is a regular file. */
function withType(row: InodeRow): InodeRow {
  const type = row.mode & S_IFMT;
  const isRoot = row.inode === ROOT;
  if (isRoot ? type === S_IFDIR : TYPES.includes(type)) return row;
  const mode = (isRoot ? S_IFDIR : S_IFREG) | row.mode & ~S_IFMT;
  return { ...row, mode };
}

function kindOf(
  volume: StoredVolume,
  row: InodeRow,
  parent?: PosixDirectory,
): PosixNode {
  switch (row.mode & S_IFMT) {
    case S_IFDIR: {
      const directory = new PosixDirectory(
        volume,
        row,
        parent ?? parentOf(volume, row),
      );
      directory.restore(volume.newEntries(directory, row.size));
      return directory;
    }
    case S_IFREG: {
      const file = new PosixFile(volume, row);
      file.restore(row.size, volume.newContent(file, row));
      return file;
    }
    case S_IFLNK: {
      const target = decodeBytes(row.target ?? new Uint8Array());
      const link = new PosixSymlink(volume, row, target);
      link.restore(row.pages);
      return link;
    }
    default:
      return new PosixSpecial(volume, row, row.rdev);
  }
}

/**
 * Returns the parent of a directory. The root is its own parent; a directory
 * without a parent is treated as a child of the root.
 */
function parentOf(
  volume: StoredVolume,
  { inode, parent }: InodeRow,
): PosixDirectory | undefined {
  if (inode === ROOT) return undefined;
  const found = volume.node(parent ?? ROOT) ?? volume.node(ROOT);
  return found instanceof PosixDirectory ? found : undefined;
}

/** Returns the stored size, which for a directory is the number of entries. */
function sizeOf(node: PosixNode): number {
  if (node instanceof PosixDirectory) return node.entryCount;
  return node instanceof PosixFile ? node.size : 0;
}

function seconds({ sec }: Time): number {
  return Math.max(-MOST_SECONDS, Math.min(sec, MOST_SECONDS));
}
