import { decodeBytes } from "../../ffi/c_string.ts";
import { S_IFDIR, S_IFLNK, S_IFREG } from "../../posix/constants_stat.ts";
import { DT_DIR, DT_LNK, DT_REG, DT_UNKNOWN } from "../constants.ts";
import type { Dirent } from "../dirent.ts";
import type { NodeDirectoryEntry, NodeStats, NodeText } from "./node_fs.ts";
import type { PathStat } from "./path_operations.ts";

/** Returns what an object says of a file, where it says enough. */
export function toStat(stats: NodeStats): PathStat {
  const { mode = modeOf(stats), mtime } = stats;
  const isWhole = stats.mode !== undefined && stats.mtimeMs !== undefined;
  if (isWhole) return stats as PathStat;
  const time = mtime ? { mtimeMs: mtime.getTime() } : {};
  return { ...time, ...stats, mode };
}

/** Everybody may read what says nothing of permissions. */
function modeOf(stats: NodeStats): number {
  if (stats.isDirectory?.()) return S_IFDIR | 0o555;
  return stats.isSymbolicLink?.() ? S_IFLNK | 0o777 : S_IFREG | 0o444;
}

/** Returns an entry of a directory. */
export function toDirent(entry: NodeText | NodeDirectoryEntry): Dirent {
  if (typeof entry === "string" || entry instanceof Uint8Array) {
    return { name: toText(entry) };
  }
  const type = entry.isDirectory?.()
    ? DT_DIR
    : entry.isFile?.()
    ? DT_REG
    : entry.isSymbolicLink?.()
    ? DT_LNK
    : DT_UNKNOWN;
  return { name: toText(entry.name), type };
}

/** Returns a name as text. */
export function toText(text: NodeText): string {
  return typeof text === "string" ? text : decodeBytes(text);
}
