import type { MountInfo } from "../conn/mod.ts";
import type {
  AccessRequest,
  Attr,
  BmapRequest,
  BmapResponse,
  CopyFileRangeRequest,
  CopyFileRangeResponse,
  CreateRequest,
  CreateResponse,
  Dirent,
  FAllocateRequest,
  FlushRequest,
  FsyncRequest,
  GetattrRequest,
  GetattrResponse,
  GetxattrRequest,
  IoctlRequest,
  IoctlResponse,
  LinkRequest,
  ListxattrRequest,
  LockRequest,
  LockWaitRequest,
  LookupRequest,
  LookupResponse,
  LseekRequest,
  LseekResponse,
  MkdirRequest,
  MkdirResponse,
  MknodRequest,
  OpenRequest,
  OpenResponse,
  PollRequest,
  PollResponse,
  QueryLockRequest,
  QueryLockResponse,
  ReadlinkRequest,
  ReadRequest,
  ReadResponse,
  ReleaseRequest,
  RemoveRequest,
  RemovexattrRequest,
  RenamingRequest,
  SetattrRequest,
  SetattrResponse,
  SetxattrRequest,
  StatfsRequest,
  StatfsResponse,
  StatxRequest,
  StatxResponse,
  SymlinkRequest,
  SymlinkResponse,
  SyncfsRequest,
  TmpfileRequest,
  UnlockRequest,
  WriteRequest,
  WriteResponse,
} from "../message/mod.ts";

/** A value now, or a promise of it: every operation may answer either way. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * A file system, as {@linkcode serve} uses it.
 *
 * An operation answers by returning. It refuses by throwing anything with a
 * known `code`, such as `new Deno.errors.NotFound()`; see `toErrno` of `./fuse`
 * (ENOSYS becomes EOPNOTSUPP: the kernel would never send the request again).
 * It must not keep the request or the response after it has answered.
 *
 * A missing operation fails with EPERM if it would change a name, and with
 * EOPNOTSUPP otherwise, unless its own description says something else.
 */
export interface FS {
  /** Returns the root directory; called once. */
  root(): MaybePromise<Node>;
  /**
   * Called once the file system is mounted, before the first request, and in
   * each Worker that serves it. The mount options tell when a read updates the
   * time of last access: never with `noatime` or `ro`, always without
   * `relatime`. The kernel leaves that to the file system, and does not tell it
   * of a later `mount -o remount`.
   */
  mounted?(mount: MountInfo): void;
  /** Fills in the total and the free space; without this method both are 0. */
  statfs?(request: StatfsRequest, response: StatfsResponse): MaybePromise<void>;
  /** Flushes all data: syncfs(2). Without this method, syncfs(2) succeeds. */
  syncfs?(request: SyncfsRequest): MaybePromise<void>;
  /**
   * The longest file name in bytes. A longer name fails with ENAMETOOLONG, and
   * no handler sees it. Default: 255, the longest name in a listing of
   * {@linkcode Handle}.
   */
  readonly nameMax?: number;
  /**
   * Releases the file system's resources; called once, after the last request,
   * unless `root` has failed.
   */
  destroy?(): void;
  /**
   * Returns an inode number for a node whose attributes give none. Default: a
   * hash of the parent's inode number and the name.
   */
  generateInode?(parentInode: bigint, name: string): bigint;
  /**
   * Whether no file needs to be opened, since its node is its handle: OPEN is
   * answered ENOSYS, after which the kernel opens and closes files without a
   * request, and keeps their data cached. No node of a file may have `open`.
   */
  readonly noOpen?: boolean;
  /** Like `noOpen`, for directories: the kernel keeps their listings cached. */
  readonly noOpendir?: boolean;
  /**
   * Whether no file has extended attributes: the requests about them are
   * answered ENOSYS, after which the kernel sends no more. With passthrough,
   * the kernel then skips the GETXATTR for file capabilities that precedes each
   * write. This has no effect with `statsXattr`.
   */
  readonly noXattr?: boolean;
  /**
   * Returns the id of a node, 2 to 2^53 - 1. With {@linkcode nodeById}, several
   * Workers can serve the file system, each with its own copy: see
   * `mountModule`. All Workers must give a node the same id and never use that
   * id for another node. The id is also the inode number of a node whose
   * attributes give none.
   *
   * With `exportSupport`, a file handle (name_to_handle_at(2), NFS) contains
   * this id, and must find the node as long as the node exists.
   */
  idOf?(node: Node): number;
  /** Whether ids mean the same in all Workers. Default: true with `idOf`. */
  readonly sharesIds?: boolean;
  /**
   * Whether a node keeps its id after the kernel has forgotten the node.
   * Default: true with `idOf`.
   */
  readonly keepsIds?: boolean;
  /**
   * Returns the node with an id, which may come from the `idOf` of another
   * Worker or from a file handle; `undefined` if the node is gone. With
   * `exportSupport` this counts as a lookup of the node, like `lookup`.
   */
  nodeById?(id: number): Node | undefined;
  /**
   * Returns the generation of a node, 0 to 2^32 - 1, which distinguishes
   * successive nodes with the same id: a file handle with another generation
   * fails with ESTALE. Default, and for `undefined`: a random number for each
   * mount, so that no file handle outlives the mount.
   */
  generationOf?(node: Node): number | undefined;
  /**
   * Returns the parent of a directory; this counts as a lookup of the parent,
   * like `lookup`. Without this method, opening a file handle fails with ESTALE
   * once the kernel has forgotten the path to it, if the handle is a
   * directory's or the caller needs the path of the file.
   */
  parentOf?(directory: Node): MaybePromise<Node | undefined>;
  /**
   * Subtracts `n` from the node's lookup count (FUSE_FORGET). `lookup`,
   * `create` and every other method that returns a node add 1, in any Worker.
   * Replaces {@linkcode Node.forget} where several Workers serve.
   */
  forgetId?(id: number, n: number): void;
  /**
   * Returns the open file or directory whose handle has an `id`, which another
   * Worker may have given.
   */
  handleById?(id: number, node: Node): Handle | undefined;
}

/**
 * A file, directory or other thing with a name. Return the same object for the
 * same file: the kernel then sees two hard links as one file.
 */
export interface Node {
  /**
   * Fills in the metadata. `mode` must have a file type; the rest has
   * defaults: one link, the server's user and group, the time it started.
   */
  attr(attr: Attr): MaybePromise<void>;
  /** Fills in the metadata like `attr`, with the request at hand. */
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
  /** Fills in the time of birth and the like; without it, `attr` is called. */
  statx?(request: StatxRequest, response: StatxResponse): MaybePromise<void>;
  /**
   * Changes all attributes that `request.valid` names, or none of them. May
   * fill in `response.attr`, mode included, to save a call of `attr`. Without
   * it, a change is refused with EPERM, except that a new size is ignored, so
   * that opening with O_TRUNC works.
   */
  setattr?(
    request: SetattrRequest,
    response: SetattrResponse,
  ): MaybePromise<void>;
  /** Makes an empty file in this directory and opens it. */
  create?(
    request: CreateRequest,
    response: CreateResponse,
  ): MaybePromise<readonly [Node, Handle]>;
  /** Makes an open file without a name, in this directory: O_TMPFILE. */
  tmpfile?(
    request: TmpfileRequest,
    response: CreateResponse,
  ): MaybePromise<readonly [Node, Handle]>;
  /**
   * Makes a file, pipe, socket or device in this directory. Without `create`,
   * the kernel makes a regular file by `mknod` and then opens it. From the
   * first such file on, the kernel does so in every directory, so all
   * directories must then have `mknod`.
   */
  mknod?(request: MknodRequest, response: LookupResponse): MaybePromise<Node>;
  /** Makes a directory in this one. */
  mkdir?(request: MkdirRequest, response: MkdirResponse): MaybePromise<Node>;
  /** Makes a symbolic link in this directory. */
  symlink?(
    request: SymlinkRequest,
    response: SymlinkResponse,
  ): MaybePromise<Node>;
  /** Gives `old` one more name, in this directory; most often returns `old`. */
  link?(
    request: LinkRequest,
    old: Node,
    response: LookupResponse,
  ): MaybePromise<Node>;
  /** Removes a name of this directory: unlink(2), or rmdir(2) with `dir`. */
  remove?(request: RemoveRequest): MaybePromise<void>;
  /**
   * Moves a name of this directory to `newDir`, which may be this directory.
   * The kernel has looked up both names: with `RENAME_NOREPLACE` it has found
   * that the new name does not exist.
   */
  rename?(request: RenamingRequest, newDir: Node): MaybePromise<void>;
  /**
   * The `RENAME_*` flags that {@linkcode rename} supports besides
   * `RENAME_NOREPLACE`; any other flag fails with EINVAL. Default: none.
   */
  readonly renameFlags?: number;
  /** Returns the target of this symbolic link; EINVAL without it. */
  readlink?(request: ReadlinkRequest): MaybePromise<string>;
  /** Opens the file or directory; without it, the node is its own handle. */
  open?(request: OpenRequest, response: OpenResponse): MaybePromise<Handle>;
  /**
   * Throws EACCES unless the caller may access the node that way. Without it,
   * everybody may.
   */
  access?(request: AccessRequest): MaybePromise<void>;
  /** Returns an extended attribute, `undefined` for ENODATA. */
  getxattr?(request: GetxattrRequest): MaybePromise<Uint8Array | undefined>;
  /**
   * Returns the names of all extended attributes; root alone is shown those
   * that begin with `trusted.`.
   */
  listxattr?(request: ListxattrRequest): MaybePromise<Iterable<string>>;
  /** Sets an extended attribute; see `request.flags` for EEXIST and ENODATA. */
  setxattr?(request: SetxattrRequest): MaybePromise<void>;
  /** Removes an extended attribute; throws ENODATA if there is none. */
  removexattr?(request: RemovexattrRequest): MaybePromise<void>;
  /**
   * Flushes the file or directory to storage, if its handle has no `fsync`:
   * fsync(2). Without either method it succeeds.
   */
  fsync?(request: FsyncRequest): MaybePromise<void>;
  /** Does what a handle's `poll` does, for handles without one. */
  poll?(request: PollRequest, response: PollResponse): MaybePromise<void>;
  /** Maps a block of this file to a block of the device. */
  bmap?(request: BmapRequest, response: BmapResponse): MaybePromise<void>;
  /**
   * Called when the kernel has forgotten the node and sends no more requests.
   */
  forget?(): MaybePromise<void>;
}

/** An entry of a directory, with its node where that is at hand. */
export interface NodeDirent extends Dirent {
  /** The node that `lookup` would return for the entry. */
  readonly node?: Node;
}

/** An open file or directory: most often an object of its own, or the node. */
export interface Handle {
  /**
   * The id by which {@linkcode FS.handleById} finds the handle in another
   * Worker, 1 to 2^32 - 1. Needed only with several Workers, and only if the
   * handle is not the node itself.
   */
  readonly id?: number;
  /** Does what the node's `getattr` does, for fstat(2) of this open file. */
  getattr?(
    request: GetattrRequest,
    response: GetattrResponse,
  ): MaybePromise<void>;
  /** Does what the node's `setattr` does, for ftruncate(2) and the like. */
  setattr?(
    request: SetattrRequest,
    response: SetattrResponse,
  ): MaybePromise<void>;
  /** Reads `request.size` bytes at `request.offset`, or up to end of file. */
  read?(request: ReadRequest, response: ReadResponse): MaybePromise<void>;
  /** Returns the whole content; called once, when the file is first read. */
  readAll?(): MaybePromise<Uint8Array>;
  /** Returns all entries; called whenever a listing starts at the top. */
  readDirAll?(): MaybePromise<Iterable<Dirent>>;
  /**
   * Returns all entries like `readDirAll`, for a listing with attributes.
   * `lookup` is called for entries without a node, and for entries that did not
   * fit into the first answer, since they may be gone by then.
   */
  readdirplus?(): MaybePromise<Iterable<NodeDirent>>;
  /**
   * Writes `request.data` at `request.offset` and sets `response.size`, which
   * defaults to the size of the data. The data is overwritten once the request
   * is answered.
   *
   * With O_APPEND in `request.fileFlags`, and without `FUSE_WRITE_CACHE` in
   * `request.flags`, the offset is the end of file as the kernel knows it. A
   * file system whose files also change outside the mount must write to the
   * real end of file instead.
   */
  write?(request: WriteRequest, response: WriteResponse): MaybePromise<void>;
  /** Flushes the file or directory to storage: fsync(2), fdatasync(2). */
  fsync?(request: FsyncRequest): MaybePromise<void>;
  /** Allocates or frees space: fallocate(2). */
  fallocate?(request: FAllocateRequest): MaybePromise<void>;
  /** Finds data or a hole; ENXIO past the end. Default: all is data. */
  lseek?(request: LseekRequest, response: LseekResponse): MaybePromise<void>;
  /**
   * Copies to another open file of this file system: copy_file_range(2).
   * Without this method, the kernel reads and writes instead.
   */
  copyFileRange?(
    request: CopyFileRangeRequest,
    to: Handle,
    response: CopyFileRangeResponse,
  ): MaybePromise<void>;
  /**
   * Performs the ioctl(2) command `request.cmd`; throws ENOTTY for an unknown
   * command. Without this method, every command fails with ENOTTY.
   */
  ioctl?(request: IoctlRequest, response: IoctlResponse): MaybePromise<void>;
  /**
   * Reports the events that the file is ready for, and keeps `request.wakeup()`
   * if the caller waits for more. Without it, the file is always ready.
   */
  poll?(request: PollRequest, response: PollResponse): MaybePromise<void>;
  /** Takes a lock, or throws EAGAIN if another lock conflicts. */
  lock?(request: LockRequest): MaybePromise<void>;
  /** Waits for a lock and takes it; throws `request.signal.reason` on abort. */
  lockWait?(request: LockWaitRequest): MaybePromise<void>;
  /** Drops locks. */
  unlock?(request: UnlockRequest): MaybePromise<void>;
  /** Reports a lock that conflicts. */
  queryLock?(
    request: QueryLockRequest,
    response: QueryLockResponse,
  ): MaybePromise<void>;
  /** Called when a descriptor is closed; an error makes that close(2) fail. */
  flush?(request: FlushRequest): MaybePromise<void>;
  /**
   * Called once, when the last descriptor is closed; without a request if the
   * file system was unmounted before.
   */
  release?(request?: ReleaseRequest): MaybePromise<void>;
}
