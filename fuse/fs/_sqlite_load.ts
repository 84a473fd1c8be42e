import { decodeBytes } from "../../ffi/c_string.ts";
import {
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
} from "../../posix/constants_stat.ts";
import type { InodeRow } from "./_sqlite_database.ts";
import { SqliteDirectory } from "./_sqlite_directory.ts";
import { SqliteFile } from "./_sqlite_file.ts";
import { SqliteSpecial, SqliteSymlink } from "./_sqlite_leaves.ts";
import type { SqliteNode } from "./_sqlite_node.ts";
import type { SqliteVolume } from "./_sqlite_volume.ts";

/** Makes the node that a row describes. */
export function makeNode(
  volume: SqliteVolume,
  row: InodeRow,
  parent: SqliteNode | undefined,
): SqliteNode {
  const node = makeEmpty(volume, row, parent as SqliteDirectory | undefined);
  node.restore(row);
  return node;
}

function makeEmpty(
  volume: SqliteVolume,
  row: InodeRow,
  parent: SqliteDirectory | undefined,
): SqliteNode {
  switch (row.mode & S_IFMT) {
    case S_IFDIR:
      return new SqliteDirectory(volume, row, parent);
    case S_IFREG:
      return new SqliteFile(volume, row);
    case S_IFLNK:
      return new SqliteSymlink(volume, row, decodeBytes(row.target!));
    default:
      return new SqliteSpecial(volume, row, row.rdev);
  }
}
