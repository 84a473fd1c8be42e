/**
 * The servers to compare, and the options that give all of them the same
 * caching.
 *
 * @module
 */

import type { ServeOptions } from "../fuse/fs/mod.ts";
import type { MirrorServeOptions } from "./_mirror.ts";
import type { ProgramName } from "./_programs.ts";

/** A way to cache. */
export interface Caching {
  /** A description of what the kernel may cache. */
  readonly title: string;
  /** The options of hostkit. */
  readonly hostkit: ServeOptions;
  /** The options of libfuse's example. */
  readonly passthroughLl: string;
  /** The options of bindfs. */
  readonly bindfs: string;
}

/** Caching disabled. */
export const UNCACHED: Caching = {
  title: "No caching: names and attributes for 0 s, file data by direct I/O",
  hostkit: { entryValidMs: 0, attrValidMs: 0, directIO: true },
  passthroughLl: "cache=never,timeout=0",
  bindfs: "direct_io,attr_timeout=0,entry_timeout=0",
};

/** The usual caching. */
export const CACHED: Caching = {
  title: "Caching: names and attributes for 1 s, file data until the next open",
  hostkit: { entryValidMs: 1000, attrValidMs: 1000 },
  passthroughLl: "cache=auto,timeout=1",
  bindfs: "attr_timeout=1,entry_timeout=1",
};

/** A server. */
export interface Contender {
  /** The program to run. */
  readonly program: ProgramName;
  /** Returns the arguments that mount `source` on `dir`. */
  readonly argumentsOf: (
    caching: Caching,
    source: string,
    dir: string,
  ) => string[];
}

/** The name of the source directory as a target, without a server. */
export const SOURCE = "source";
/** The server that others are compared with. */
export const RIVAL = "passthrough_ll";

/**
 * The contender that needs a setting of the administrator, which the benchmark
 * changes for a while.
 */
export const URING = "hostkit (io_uring)";

/**
 * The servers by name; those that the kernel or this machine lacks are left
 * out.
 */
export const CONTENDERS: Readonly<Record<string, Contender>> = {
  hostkit: hostkit({}),
  "hostkit (blocking)": hostkit({ mode: "blocking" }),
  [URING]: hostkit({ overIoUring: true }),
  "hostkit (1 worker)": hostkit({ workers: 1 }),
  "hostkit (2 workers)": hostkit({ workers: 2 }),
  // Direct I/O would take precedence over passthrough.
  "hostkit (passthrough)": hostkit({ passthrough: true, directIO: false }),
  [RIVAL]: {
    program: "passthrough_ll",
    argumentsOf: ({ passthroughLl }, source, dir) => {
      // The default number of idle threads, given explicitly because libfuse
      // 3.14 warns about its own default.
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

// bindfs always lets the kernel check permissions, which without caching costs
// a GETATTR of the directory for each path; so all servers do. The other
// servers support no locks or extended attributes, so hostkit does not here
// either.

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
