import { decodeBytes } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  EILSEQ,
  ENOENT,
  S_IFDIR,
  S_IFLNK,
  S_IFREG,
} from "../../../posix/mod.ts";
import { DT_DIR, DT_LNK, DT_REG, DT_UNKNOWN } from "../../abi/mod.ts";
import { type Dirent, toErrno } from "../../message/mod.ts";
import type { PathStat } from "../path/mod.ts";
import type { NodeDirectoryEntry, NodeStats, NodeText } from "./interface.ts";

/** U+FFFD, by which decoders replace bytes that are not UTF-8. */
const REPLACEMENT = "\ufffd";

/** Returns the metadata that an object gives of a file, with a mode. */
export function toStat(stats: NodeStats): PathStat {
  const { mode = modeOf(stats), mtime } = stats;
  const isWhole = stats.mode !== undefined && stats.mtimeMs !== undefined;
  if (isWhole) return stats as PathStat;
  const time = mtime ? { mtimeMs: mtime.getTime() } : {};
  return { ...time, ...stats, mode };
}

/** Returns the mode of a file without one: everybody may read the file. */
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

/** Returns the error for a name that the object cannot represent exactly. */
export function unspeakable(): SyscallError {
  return new SyscallError("open", EILSEQ);
}

/**
 * Removes the entries that a listing has in place of names that are not UTF-8:
 * no file is found by them.
 *
 * @param find Throws ENOENT if there is no such name.
 */
export async function named(
  entries: Dirent[],
  find: (name: string) => Promise<unknown>,
): Promise<Dirent[]> {
  const unsure = entries.filter(({ name }) => name.includes(REPLACEMENT));
  if (unsure.length === 0) return entries;
  const lost = new Set<string>();
  for (const { name } of unsure) {
    try {
      await find(name);
    } catch (error) {
      if (toErrno(error) !== ENOENT) continue;
      lost.add(name);
    }
  }
  const seen = new Set<string>();
  return entries.filter(({ name }) => {
    if (lost.has(name) || seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}
