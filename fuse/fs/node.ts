import type { Attr } from "../attr.ts";
import type { Dirent } from "../dirent.ts";
import type {
  FlushRequest,
  OpenRequest,
  OpenResponse,
  ReadRequest,
  ReadResponse,
  ReleaseRequest,
} from "../handle_requests.ts";
import type {
  AccessRequest,
  GetattrRequest,
  GetattrResponse,
  LookupRequest,
  LookupResponse,
  ReadlinkRequest,
} from "../node_requests.ts";
import type { StatfsRequest, StatfsResponse } from "../session_requests.ts";
import type { GetxattrRequest, ListxattrRequest } from "../xattr_requests.ts";

/** A value now, or a promise of it: every operation may answer either way. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * A file system: what {@linkcode serve} needs to know of it.
 *
 * An operation answers by returning, refuses by throwing anything with a known
 * `code`, such as `new Deno.errors.NotFound()`; see `toErrno` of `./fuse`
 * (ENOSYS becomes EOPNOTSUPP: the kernel would stop asking for any node). It
 * must not keep the request or the response after it has answered.
 */
export interface FS {
  /** Returns the root directory; called once. */
  root(): MaybePromise<Node>;
  /** Fills in size and free space; without it everything is 0. */
  statfs?(request: StatfsRequest, response: StatfsResponse): MaybePromise<void>;
  /** Called once after the last request: release what the FS holds. */
  destroy?(): void;
  /**
   * Makes up the inode number of a node whose attributes give none. Without
   * it, a hash of the parent's number and the name.
   */
  generateInode?(parentInode: bigint, name: string): bigint;
}

/**
 * A file, directory or other thing with a name. Return the same object for
 * the same thing: it is what makes hard links one file.
 */
export interface Node {
  /**
   * Fills in the metadata. `mode` must have a file type; the rest has
   * defaults: one link, the server's user and group, the time it started.
   */
  attr(attr: Attr): MaybePromise<void>;
  /** Like `attr`, with the request. */
  getattr?(
    request: GetattrRequest,
    response: GetattrResponse,
  ): MaybePromise<void>;
  /**
   * Returns the entry of this directory with that name, `undefined` if there
   * is none. May fill in `response.attr`, mode included, to save a call.
   */
  lookup?(
    name: string,
    request: LookupRequest,
    response: LookupResponse,
  ): MaybePromise<Node | undefined>;
  /** Returns the target of this symbolic link. */
  readlink?(request: ReadlinkRequest): MaybePromise<string>;
  /** Opens the file or directory; without it, the node is its own handle. */
  open?(request: OpenRequest, response: OpenResponse): MaybePromise<Handle>;
  /** Throws EACCES unless the caller may access the node that way. */
  access?(request: AccessRequest): MaybePromise<void>;
  /** Returns an extended attribute, `undefined` for ENODATA. */
  getxattr?(request: GetxattrRequest): MaybePromise<Uint8Array | undefined>;
  /** Returns the names of all extended attributes. */
  listxattr?(request: ListxattrRequest): MaybePromise<Iterable<string>>;
  /** The kernel has forgotten the node: no request comes for it any more. */
  forget?(): void;
}

/** An open file or directory: most often an object of its own, or the node. */
export interface Handle {
  /** Like the node's `getattr`, for fstat(2) of this open file. */
  getattr?(
    request: GetattrRequest,
    response: GetattrResponse,
  ): MaybePromise<void>;
  /** Reads `request.size` bytes from `request.offset`; fewer at the end only. */
  read?(request: ReadRequest, response: ReadResponse): MaybePromise<void>;
  /** Returns the whole content, asked for once when the file is first read. */
  readAll?(): MaybePromise<Uint8Array>;
  /** Returns all entries, asked for whenever a listing starts at the top. */
  readDirAll?(): MaybePromise<Iterable<Dirent>>;
  /** A descriptor was closed; throwing makes that close(2) fail. */
  flush?(request: FlushRequest): MaybePromise<void>;
  /**
   * The last descriptor is gone. Called once, with no request when the file
   * system was unmounted before.
   */
  release?(request?: ReleaseRequest): MaybePromise<void>;
}
