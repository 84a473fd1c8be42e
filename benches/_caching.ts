/**
 * The servers that are compared, and how each is told to cache alike.
 *
 * @module
 */

/** Returns the arguments that let a server show `source` on `dir`. */
export type Arguments = (source: string, dir: string) => string[];

/** One way to cache. */
export interface Caching {
  /** What the kernel may keep. */
  readonly title: string;
  /** How each server is told so, by its name. */
  readonly servers: Readonly<Record<string, Arguments>>;
}

/** The kernel keeps nothing. */
export const UNCACHED: Caching = {
  title: "No caching: names and attributes for 0 s, file data by direct I/O",
  servers: {
    hostkit: hostkit("--no-cache"),
    passthrough_ll: passthroughLl("cache=never,timeout=0"),
    bindfs: bindfs("direct_io,attr_timeout=0,entry_timeout=0"),
  },
};

/** The kernel keeps what it usually keeps. */
export const CACHED: Caching = {
  title: "Caching: names and attributes for 1 s, file data until the next open",
  servers: {
    hostkit: hostkit("--cache-time=1"),
    passthrough_ll: passthroughLl("cache=auto,timeout=1"),
    bindfs: bindfs("attr_timeout=1,entry_timeout=1"),
  },
};

// bindfs always lets the kernel check permissions, which costs a GETATTR of
// the directory for each path without a cache: so all do.

function hostkit(caching: string): Arguments {
  const options = ["--read-only", "--default-permissions", caching];
  return (source, dir) => ["mount", "mirror", source, dir, ...options];
}

function passthroughLl(caching: string): Arguments {
  // As many idle threads as there can be threads: the default, said aloud,
  // since libfuse 3.14 complains of its own.
  const options = `ro,default_permissions,max_idle_threads=10,${caching}`;
  return (source, dir) => ["-f", "-o", `source=${source},${options}`, dir];
}

function bindfs(caching: string): Arguments {
  const options = ["-f", "--multithreaded", "--no-allow-other"];
  return (source, dir) => [...options, "-o", `ro,${caching}`, source, dir];
}
