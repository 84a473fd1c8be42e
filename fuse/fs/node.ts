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
 * A file system: what {@linkcode serve} needs to know of it.
 *
 * An operation answers by returning, refuses by throwing anything with a known
 * `code`, such as `new Deno.errors.NotFound()`; see `toErrno` of `./fuse`
 * (ENOSYS becomes EOPNOTSUPP: the kernel would stop asking for any node). It
 * must not keep the request or the response after it has answered.
 *
 * An operation that is missing is refused, with EPERM where a name would
 * change and EOPNOTSUPP elsewhere, unless its own text says what happens.
 */
export interface FS {
  /** Returns the root directory; called once. */
  root(): MaybePromise<Node>;
  /**
   * Called once it is mounted, before the first request. The options are as
   * they are then: with `noatime` or `ro` reading should leave no trace, and
   * without `relatime` always one. The kernel leaves that to the file system.
   */
  mounted?(mount: MountInfo): void;
  /** Fills in size and free space; without it both are 0. */
  statfs?(request: StatfsRequest, response: StatfsResponse): MaybePromise<void>;
  /** Stores everything for good: syncfs(2). Without it there is nothing to do. */
  syncfs?(request: SyncfsRequest): MaybePromise<void>;
  /**
   * The most bytes of a file's name: a longer one is ENAMETOOLONG, and no handler
   * sees it. Default: 255, the most that a listing of {@linkcode Handle} can have.
   */
  readonly nameMax?: number;
  /** Called once after the last request: release what the FS holds. */
  destroy?(): void;
  /**
   * Makes up the inode number of a node whose attributes give none. Without
   * it, a hash of the parent's number and the name.
   */
  generateInode?(parentInode: bigint, name: string): bigint;
  /**
   * Whether no file needs to be opened, since its node is its handle: OPEN is
   * answered ENOSYS, after which the kernel opens and closes files without a
   * request, and keeps their data cached. No node of a file may have `open`.
   */
  readonly noOpen?: boolean;
  /** The same of directories, whose listings the kernel then keeps cached. */
  readonly noOpendir?: boolean;
  /**
   * Whether nothing has extended attributes: GETXATTR and its kin are answered
   * ENOSYS, after which the kernel sends none. It spares it to ask before each
   * write, with passthrough, for capabilities that the write would end. It has
   * no effect with `statsXattr`.
   */
  readonly noXattr?: boolean;
  /**
   * Returns the id of a node, 2 to 2^53 - 1. With {@linkcode nodeById} it lets
   * several Workers serve the file system, each a copy of its own: see
   * `mountModule`. So the id is the same in each of them for the same thing,
   * and never means another. It is the inode number of attributes without one.
   *
   * With `exportSupport` it also is what a file handle has of a node
   * (name_to_handle_at(2), NFS), as long as there is the node.
   */
  idOf?(node: Node): number;
  /** Whether ids mean the same in all Workers. Default: if it has `idOf`. */
  readonly sharesIds?: boolean;
  /**
   * Whether a node has its id also when the kernel has forgotten it. Default: if
   * it has `idOf`.
   */
  readonly keepsIds?: boolean;
  /**
   * Returns the node with an id, which the `idOf` of another Worker may have
   * given, or which a file handle has; `undefined` if there is none any more.
   * With `exportSupport` the kernel is told of it as by `lookup`.
   */
  nodeById?(id: number): Node | undefined;
  /**
   * Returns what tells a node from another one that has its id at another time,
   * 0 to 2^32 - 1: it makes a file handle of the other one ESTALE. Default, and
   * for `undefined`: a random number for each mount, so that no handle outlives
   * it.
   */
  generationOf?(node: Node): number | undefined;
  /**
   * Returns the directory that a directory is in, whatever their names; the
   * kernel is told of it as by `lookup`. Without it a handle of a directory, or
   * of a file by those who want to know where it is, is ESTALE once the kernel
   * has forgotten the way there.
   */
  parentOf?(directory: Node): MaybePromise<Node | undefined>;
  /**
   * Takes back that the kernel was told of a node so many times, by `lookup`,
   * `create` and whatever else returns one, in any Worker. Takes the place of
   * {@linkcode Node.forget} where several Workers serve.
   */
  forgetId?(id: number, n: number): void;
  /**
   * Returns the open file or directory with an id, which a handle's `id` gave
   * in another Worker.
   */
  handleById?(id: number, node: Node): Handle | undefined;
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
  /** Returns time of birth and the like; without it, what `attr` fills in. */
  statx?(request: StatxRequest, response: StatxResponse): MaybePromise<void>;
  /**
   * Changes what `request.valid` names, all of it or nothing. May fill in
   * `response.attr`, mode included, to save a call of `attr`. Without it, a
   * change is refused with EPERM, except that a new size is ignored, so that
   * opening with O_TRUNC works.
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
   * Makes a file, pipe, socket or device in this directory. With it and without
   * `create`, files are made and then opened: from the first one on in every
   * directory, so let all have it.
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
  /** Removes a name of this directory: unlink(2), or rmdir(2) by `dir`. */
  remove?(request: RemoveRequest): MaybePromise<void>;
  /**
   * Moves a name of this directory to another, or to this one. The kernel has
   * looked up both: with `RENAME_NOREPLACE` it saw that the new one is free.
   */
  rename?(request: RenamingRequest, newDir: Node): MaybePromise<void>;
  /**
   * Which `RENAME_*` flags {@linkcode rename} heeds besides
   * `RENAME_NOREPLACE`; others never reach it, and are EINVAL. Default: none.
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
   * Stores the file or directory for good, unless its handle can: fsync(2).
   * Without either there is nothing to do.
   */
  fsync?(request: FsyncRequest): MaybePromise<void>;
  /** As a handle's `poll`, for handles without one. */
  poll?(request: PollRequest, response: PollResponse): MaybePromise<void>;
  /** Tells the block of the device that a block of this file is. */
  bmap?(request: BmapRequest, response: BmapResponse): MaybePromise<void>;
  /** The kernel has forgotten the node: no request comes for it any more. */
  forget?(): MaybePromise<void>;
}

/** An entry of a directory, with its node where that is at hand. */
export interface NodeDirent extends Dirent {
  /** What `lookup` would return for it. */
  readonly node?: Node;
}

/** An open file or directory: most often an object of its own, or the node. */
export interface Handle {
  /**
   * What {@linkcode FS.handleById} finds it by in another Worker, 1 to
   * 2^32 - 1; only several Workers ask for it, and only if it is not the node.
   */
  readonly id?: number;
  /** Like the node's `getattr`, for fstat(2) of this open file. */
  getattr?(
    request: GetattrRequest,
    response: GetattrResponse,
  ): MaybePromise<void>;
  /** Like the node's `setattr`, for ftruncate(2) and the like of this file. */
  setattr?(
    request: SetattrRequest,
    response: SetattrResponse,
  ): MaybePromise<void>;
  /** Reads `request.size` bytes from `request.offset`; fewer at the end only. */
  read?(request: ReadRequest, response: ReadResponse): MaybePromise<void>;
  /** Returns the whole content, asked for once when the file is first read. */
  readAll?(): MaybePromise<Uint8Array>;
  /** Returns all entries, asked for whenever a listing starts at the top. */
  readDirAll?(): MaybePromise<Iterable<Dirent>>;
  /**
   * Like `readDirAll`, for a listing that wants to know all about each entry.
   * `lookup` is asked for entries that come without their node, and for what
   * did not fit into the first answer, since that may be gone meanwhile.
   */
  readdirplus?(): MaybePromise<Iterable<NodeDirent>>;
  /**
   * Writes `request.data` at `request.offset` and sets `response.size`, which
   * is all of it unless said otherwise. The data is overwritten once this is
   * answered.
   *
   * With O_APPEND in `request.fileFlags`, and without `FUSE_WRITE_CACHE` in
   * `request.flags`, the offset is where the kernel believes that the file ends:
   * who shares its content with others writes to the end that it has instead.
   */
  write?(request: WriteRequest, response: WriteResponse): MaybePromise<void>;
  /** Stores the file or directory for good: fsync(2), fdatasync(2). */
  fsync?(request: FsyncRequest): MaybePromise<void>;
  /** Reserves space, or gives it back: fallocate(2). */
  fallocate?(request: FAllocateRequest): MaybePromise<void>;
  /** Finds data or a hole; ENXIO past the end. Without it, all is data. */
  lseek?(request: LseekRequest, response: LseekResponse): MaybePromise<void>;
  /**
   * Copies to another open file of this file system: copy_file_range(2).
   * Without it, the kernel reads and writes.
   */
  copyFileRange?(
    request: CopyFileRangeRequest,
    to: Handle,
    response: CopyFileRangeResponse,
  ): MaybePromise<void>;
  /**
   * Does what `request.cmd` says; ENOTTY for what it does not know, and
   * without it.
   */
  ioctl?(request: IoctlRequest, response: IoctlResponse): MaybePromise<void>;
  /**
   * Tells what the file is ready for, and keeps `request.wakeup()` if more is
   * waited for. Without it, the file is always ready.
   */
  poll?(request: PollRequest, response: PollResponse): MaybePromise<void>;
  /** Takes a lock, or throws EAGAIN if another is in the way. */
  lock?(request: LockRequest): MaybePromise<void>;
  /** Takes a lock, waiting for it; throw `request.signal.reason` on abort. */
  lockWait?(request: LockWaitRequest): MaybePromise<void>;
  /** Drops locks. */
  unlock?(request: UnlockRequest): MaybePromise<void>;
  /** Finds a lock that is in the way. */
  queryLock?(
    request: QueryLockRequest,
    response: QueryLockResponse,
  ): MaybePromise<void>;
  /** A descriptor was closed; throwing makes that close(2) fail. */
  flush?(request: FlushRequest): MaybePromise<void>;
  /**
   * The last descriptor is gone. Called once, with no request when the file
   * system was unmounted before.
   */
  release?(request?: ReleaseRequest): MaybePromise<void>;
}
