/**
 * The servers that are compared, and how each is told to cache alike.
 *
 * @module
 */

import type { ServeOptions } from "../fuse/fs/mod.ts";
import type { MirrorServeOptions } from "./_mirror.ts";
import type { ProgramName } from "./_programs.ts";

/** One way to cache. */
export interface Caching {
  /** What the kernel may keep. */
  readonly title: string;
  /** How hostkit is told so. */
  readonly hostkit: ServeOptions;
  /** How libfuse's example is. */
  readonly passthroughLl: string;
  /** How bindfs is. */
  readonly bindfs: string;
}

/** The kernel keeps nothing. */
export const UNCACHED: Caching = {
  title: "No caching: names and attributes for 0 s, file data by direct I/O",
  hostkit: { entryValidMs: 0, attrValidMs: 0, directIO: true },
  passthroughLl: "cache=never,timeout=0",
  bindfs: "direct_io,attr_timeout=0,entry_timeout=0",
};

/** The kernel keeps what it usually keeps. */
export const CACHED: Caching = {
  title: "Caching: names and attributes for 1 s, file data until the next open",
  hostkit: { entryValidMs: 1000, attrValidMs: 1000 },
  passthroughLl: "cache=auto,timeout=1",
  bindfs: "attr_timeout=1,entry_timeout=1",
};

/** A server. */
export interface Contender {
  /** The program that it is. */
  readonly program: ProgramName;
  /** The arguments that let it show `source` on `dir`. */
  readonly argumentsOf: (
    caching: Caching,
    source: string,
    dir: string,
  ) => string[];
}

/** The directory itself, which no server shows. */
export const SOURCE = "source";
/** The one that others are measured by. */
export const RIVAL = "passthrough_ll";

/** The one that only the administrator can have, for a while. */
export const URING = "hostkit (io_uring)";

/** The servers by name; what the kernel or this machine lacks is left out. */
export const CONTENDERS: Readonly<Record<string, Contender>> = {
  hostkit: hostkit({}),
  "hostkit (blocking)": hostkit({ mode: "blocking" }),
  [URING]: hostkit({ overIoUring: true }),
  "hostkit (1 worker)": hostkit({ workers: 1 }),
  "hostkit (2 workers)": hostkit({ workers: 2 }),
  // Direct I/O would come before it.
  "hostkit (passthrough)": hostkit({ passthrough: true, directIO: false }),
  [RIVAL]: {
    program: "passthrough_ll",
    argumentsOf: ({ passthroughLl }, source, dir) => {
      // As many idle threads as there can be threads: the default, said aloud,
      // since libfuse 3.14 complains of its own.
      const options =
        `default_permissions,max_idle_threads=10,${passthroughLl}`;
      return ["-f", "-o", `source=${source},${options}`, dir];
    },
  },
  bindfs: {
    program: "bindfs",
    argumentsOf: ({ bindfs }, source, dir) => {
      const options = ["-f", "--multithreaded", "--no-allow-other"];
      return [...options, "--xattr-none", "-o", bindfs, source, dir];
    },
  },
};

// bindfs always lets the kernel check permissions, which costs a GETATTR of
// the directory for each path without a cache: so all do. The others do not
// know locks or extended attributes, so hostkit is not asked for them either.

function hostkit(own: MirrorServeOptions): Contender {
  return {
    program: "hostkit",
    argumentsOf({ hostkit }, source, dir) {
      const options: MirrorServeOptions = {
        subtype: "hostkit",
        defaultPermissions: true,
        atomicOTrunc: true,
        handleKillPrivV2: true,
        xattrs: false,
        ...hostkit,
        ...own,
      };
      return [source, dir, JSON.stringify(options)];
    },
  };
}
