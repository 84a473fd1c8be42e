/**
 * What maps files, in a process of its own.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { HostFd } from "../../../hostfd/mod.ts";
import {
  fstat,
  MAP_SHARED,
  mmap,
  munmap,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  PROT_READ,
  PROT_WRITE,
} from "../../../posix/mod.ts";

/** Writes through a mapping and otherwise; returns what the other way shows. */
export function writeBothWays(path: string): string {
  using file = HostFd.open(path, O_CREAT | O_RDWR);
  file.writeSync(new TextEncoder().encode("0123456789"));
  const rights = PROT_READ | PROT_WRITE;
  const { data } = mmap(null, 10, rights, MAP_SHARED, file.fd, 0);
  data.set([0x61, 0x62], 2);
  file.writeSync(new TextEncoder().encode("xy"), 6);
  const mapped = new TextDecoder().decode(data);
  munmap(data);
  const bytes = new Uint8Array(10);
  file.readSync(bytes, 0);
  return `${mapped} ${new TextDecoder().decode(bytes)}`;
}

/** Opens an empty file by one path, fills it by another, and maps it. */
export function mapGrown(a: string, b: string): string {
  using writer = HostFd.open(b, O_CREAT | O_RDWR);
  using reader = HostFd.open(a, O_RDONLY);
  writer.writeSync(new TextEncoder().encode("grown"));
  const { size } = fstat(reader.fd);
  const { data } = mmap(null, size, PROT_READ, MAP_SHARED, reader.fd, 0);
  try {
    return new TextDecoder().decode(data);
  } finally {
    munmap(data);
  }
}

/** Inserts rows, each in a transaction of its own, beside others who do. */
export function insertRows(path: string, who: string, rows: number): void {
  using database = new DatabaseSync(path);
  database.exec("PRAGMA busy_timeout = 60000; PRAGMA journal_mode = WAL");
  database.exec("CREATE TABLE IF NOT EXISTS t (who TEXT, i INTEGER)");
  const insert = database.prepare("INSERT INTO t VALUES (?, ?)");
  for (let i = 0; i < rows; i++) insert.run(who, i);
}

/** Returns what a database says of itself. */
export function inspect(path: string): unknown[] {
  using database = new DatabaseSync(path);
  return [
    database.prepare("PRAGMA journal_mode").get(),
    database.prepare("PRAGMA integrity_check").get(),
    database.prepare("SELECT who, count(*) n FROM t GROUP BY who").all(),
  ];
}
