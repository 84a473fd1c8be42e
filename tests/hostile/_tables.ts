/**
 * The table of each module, by the name of its export in deno.json.
 *
 * @module
 */

import type { Table } from "./_table.ts";

interface Entry {
  /** Loads the table. */
  readonly table: () => Promise<Table>;
  /** Loads the module. */
  readonly load: () => Promise<unknown>;
}

/** The tables, each of which is loaded only when it is used. */
export const TABLES: Readonly<Record<string, Entry>> = {
  "./ffi": {
    table: async () => (await import("./_ffi.ts")).FFI,
    load: () => import("../../ffi/mod.ts"),
  },
  "./posix": {
    table: async () => (await import("./_posix.ts")).POSIX,
    load: () => import("../../posix/mod.ts"),
  },
  "./mmap": {
    table: async () => (await import("./_mmap.ts")).MMAP,
    load: () => import("../../mmap/mod.ts"),
  },
  "./usermem": {
    table: async () => (await import("./_usermem.ts")).USERMEM,
    load: () => import("../../usermem/mod.ts"),
  },
  "./safemem": {
    table: async () => (await import("./_safemem.ts")).SAFEMEM,
    load: () => import("../../usermem/safemem/mod.ts"),
  },
  "./hostfd": {
    table: async () => (await import("./_hostfd.ts")).HOSTFD,
    load: () => import("../../hostfd/mod.ts"),
  },
  "./hostfd/uring": {
    table: async () => (await import("./_uring.ts")).URING,
    load: () => import("../../hostfd/uring/mod.ts"),
  },
  "./fuse": {
    table: async () => (await import("./_fuse.ts")).FUSE,
    load: () => import("../../fuse/mod.ts"),
  },
  "./fuse/fs": {
    table: async () => (await import("./_fs.ts")).FS,
    load: () => import("../../fuse/fs/mod.ts"),
  },
  "./fuse/fs/testing": {
    table: async () => (await import("./_testing.ts")).TESTING,
    load: () => import("../../fuse/fs/testing/mod.ts"),
  },
  "./cli": {
    table: async () => (await import("./_cli.ts")).CLI,
    load: () => import("../../cli/mod.ts"),
  },
};
