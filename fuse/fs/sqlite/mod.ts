/**
 * A file system in an SQLite database.
 *
 * @module
 */

export { SqliteFS, type SqliteFSOptions } from "./sqlite_fs.ts";
