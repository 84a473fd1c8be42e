/**
 * Nodes as rows of the table `inodes`, and back.
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

/** The file types that there are. */
const TYPES: readonly number[] = [
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFREG,
  S_IFSOCK,
];
/** The latest and earliest times there are, in seconds. */
const MOST_SECONDS = Number.MAX_SAFE_INTEGER;

/** Returns what a node's row says. */
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

/** Makes the node that a row describes. */
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

/** Returns a row whose mode has a file type: what lacks one is a file. */
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
 * Returns the directory that another one is in; the root is in itself, and
 * what is in none is taken to be in the root.
 */
function parentOf(
  volume: StoredVolume,
  { inode, parent }: InodeRow,
): PosixDirectory | undefined {
  if (inode === ROOT) return undefined;
  const found = volume.node(parent ?? ROOT) ?? volume.node(ROOT);
  return found instanceof PosixDirectory ? found : undefined;
}

/** A directory's size is how many names are in it. */
function sizeOf(node: PosixNode): number {
  if (node instanceof PosixDirectory) return node.entryCount;
  return node instanceof PosixFile ? node.size : 0;
}

function seconds({ sec }: Time): number {
  return Math.max(-MOST_SECONDS, Math.min(sec, MOST_SECONDS));
}
