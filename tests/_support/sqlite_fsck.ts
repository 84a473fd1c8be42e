import { DatabaseSync } from "node:sqlite";
import { checkTables } from "../../fuse/fs/sqlite/fsck.ts";

/**
 * Returns everything that is wrong with a file system that is not mounted:
 * nothing, in the end.
 */
export function fsck(path: string): string[] {
  const db = new DatabaseSync(path);
  try {
    return checkTables(db);
  } finally {
    db.close();
  }
}
