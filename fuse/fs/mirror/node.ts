import {
  AT_FDCWD,
  AT_SYMLINK_FOLLOW,
  cString,
  errno,
  libc,
  linuxLibc,
} from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  ENOENT,
  O_ACCMODE,
  O_CLOEXEC,
  O_DIRECTORY,
  O_EXCL,
  O_NOCTTY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_TMPFILE,
  O_TRUNC,
  S_IFDIR,
  S_IFLNK,
} from "../../../posix/mod.ts";
import {
  FOPEN_DIRECT_IO,
  FUSE_OPEN_KILL_SUIDGID,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  RENAME_WHITEOUT,
} from "../../abi/mod.ts";
import type {
  Attr,
  CreateRequest,
  CreateResponse,
  LinkRequest,
  LookupRequest,
  LookupResponse,
  MkdirRequest,
  MknodRequest,
  OpenRequest,
  OpenResponse,
  RemoveRequest,
  RenamingRequest,
  RequestBase as Request,
  SymlinkRequest,
  TmpfileRequest,
} from "../../message/mod.ts";
import type { Handle, Node } from "../node.ts";
import { openToAppend } from "../source/internal.ts";
import { asCaller } from "./as_caller.ts";
import { createFile, makeName, setMode, type Spec, specIn } from "./create.ts";
import { MirrorDirectory } from "./directory.ts";
import type { CName } from "./entry.ts";
import { MirrorFile } from "./file.ts";
import { openFlags, serverFlags } from "./flags.ts";
import { MirrorInode } from "./inode.ts";
import { keepDirectory, keepFound, openDirectory } from "./kept.ts";
import { moveName, removeName } from "./names.ts";
import type { NodeSource } from "./node_source.ts";
import { openAnew, procPath, scratchName } from "./scratch_name.ts";
import { dropSetIds, truncate } from "./setattr.ts";
import type { FileId } from "./stat.ts";

const HERE = cString(".");

/** The node of a file of the source. */
export class MirrorNode extends MirrorInode implements Node {
  declare protected readonly tree: NodeSource<MirrorNode>;

  /** Makes the node of a file, with a `pinId` if nodes are found by id. */
  constructor(
    tree: NodeSource<MirrorNode>,
    id: FileId,
    ownFd?: number,
    pinId?: number,
  ) {
    super(tree, id, ownFd, pinId);
  }

  /** All flags: the source's file system refuses those that it lacks. */
  readonly renameFlags = RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT;

  lookup(
    name: string,
    request: LookupRequest,
    { attr }: LookupResponse,
  ): MirrorNode | undefined {
    const { stat } = this.tree;
    const cName = scratchName(name);
    const fd = this.#dirFd(request);
    if (this.tree.isHidden(this, name)) return undefined;
    if (this.tree.retries.isRetry(request)) {
      return keepFound(stat, fd, cName, request, (found) => {
        return this.#child(cName, attr, request, found);
      });
    }
    if (!stat.at(fd, cName)) {
      const error = errno();
      if (error === ENOENT) return undefined;
      throw new SyscallError("statx", error, { path: name });
    }
    return this.#child(cName, attr, request);
  }

  open(request: OpenRequest, response: OpenResponse): Handle {
    const { stat, shares } = this.tree;
    const { uid } = request.header;
    shares.check(uid);
    if (request.dir) {
      const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC |
        this.tree.quiet;
      return openDirectory(
        this,
        request,
        flags,
        (fd) => {
          shares.add(fd, uid);
          return new MirrorDirectory(this.tree, this, fd);
        },
      );
    }
    // Another file may have replaced this one. A FIFO must not block the server
    // (O_NONBLOCK), a terminal must not become its controlling terminal
    // (O_NOCTTY), and no other file may be truncated (no O_TRUNC).
    const flags = serverFlags(request) | O_NONBLOCK | O_NOCTTY |
      this.tree.quiet;
    const fd = openToAppend(
      request,
      (more) => this.reopen(request, flags & ~O_TRUNC | more),
    );
    const isReadOnly = (flags & O_ACCMODE) === O_RDONLY;
    if (flags & O_TRUNC) this.#truncate(fd, !isReadOnly, request);
    // The size of a file in /proc, for example, is unknown until it is read.
    if (isReadOnly && stat.isEmpty) response.flags |= FOPEN_DIRECT_IO;
    else response.backing = fd;
    response.flags |= openFlags(request);
    shares.add(fd, uid);
    return new MirrorFile(this.tree, this, fd, flags);
  }

  /** Truncates an opened file (O_TRUNC), or closes it if that fails. */
  #truncate(fd: number, writable: boolean, request: OpenRequest): void {
    const { stat } = this.tree;
    try {
      if (request.openFlags & FUSE_OPEN_KILL_SUIDGID) {
        dropSetIds(fd, stat, request);
      }
      truncate(fd, writable, 0n);
    } catch (error) {
      libc().close(fd);
      throw error;
    }
  }

  create(
    request: CreateRequest,
    response: CreateResponse,
  ): readonly [MirrorNode, MirrorFile] {
    const { stat, shares } = this.tree;
    shares.check(request.header.uid);
    const cName = scratchName(request.name);
    const dirFd = this.#dirFd(request);
    const spec = specIn(dirFd, request);
    const flags = serverFlags(request) | this.tree.quiet;
    const fd = createFile(dirFd, cName, flags, spec, stat);
    const made = this.#made(fd, flags, request, response);
    made[0].sawAt(this, cName);
    return made;
  }

  tmpfile(
    request: TmpfileRequest,
    response: CreateResponse,
  ): readonly [MirrorNode, MirrorFile] {
    this.tree.shares.check(request.header.uid);
    const dirFd = this.#dirFd(request);
    const spec = specIn(dirFd, request);
    // With O_TMPFILE, O_EXCL means that the file never gets a name.
    const flags = serverFlags(request) & ~O_NOFOLLOW | this.tree.quiet |
      O_TMPFILE |
      request.flags & O_EXCL;
    const fd = asCaller(
      request.header,
      () => libc().openat(dirFd, HERE, flags, spec.mode),
    );
    if (fd < 0) throw new SyscallError("openat", -fd);
    setMode(fd, spec, this.tree.stat);
    return this.#made(fd, flags, request, response);
  }

  mkdir(request: MkdirRequest, { attr }: LookupResponse): MirrorNode {
    const { mkdirat } = linuxLibc();
    const dirFd = this.#dirFd(request);
    const { mode, ...spec } = specIn(dirFd, request);
    const type = { ...spec, mode: mode | S_IFDIR };
    return this.#named("mkdirat", request.name, type, attr, (dirFd, cName) => {
      return mkdirat(dirFd, cName, mode);
    });
  }

  mknod(request: MknodRequest, { attr }: LookupResponse): MirrorNode {
    const { mknodat } = linuxLibc();
    const spec = specIn(this.#dirFd(request), request);
    const rdev = BigInt(request.rdev);
    return this.#named("mknodat", request.name, spec, attr, (dirFd, cName) => {
      return mknodat(dirFd, cName, spec.mode, rdev);
    });
  }

  symlink(request: SymlinkRequest, { attr }: LookupResponse): MirrorNode {
    const { symlinkat } = linuxLibc();
    const { newName, target } = request;
    const cTarget = cString(target);
    const spec = { request, mode: S_IFLNK, hasAcl: false };
    return this.#named("symlinkat", newName, spec, attr, (dirFd, cName) => {
      return symlinkat(cTarget, dirFd, cName);
    });
  }

  link(
    request: LinkRequest,
    old: MirrorNode,
    { attr }: LookupResponse,
  ): MirrorNode {
    const { stat } = this.tree;
    const { newName } = request;
    const cName = scratchName(newName);
    return old.withFd(request, (fd) => {
      const dirFd = this.#dirFd(request);
      const path = procPath(fd);
      const { linkat } = linuxLibc();
      if (linkat(AT_FDCWD, path, dirFd, cName, AT_SYMLINK_FOLLOW) < 0) {
        throw new SyscallError("linkat", errno(), { path: newName });
      }
      if (!stat.of(fd)) throw new SyscallError("statx", errno());
      return this.#child(cName, attr, request);
    });
  }

  remove(request: RemoveRequest): void {
    const { stat } = this.tree;
    const dirFd = this.#dirFd(request);
    const cName = scratchName(request.name);
    const removed = request.dir ? this.#known(dirFd, cName) : undefined;
    keepDirectory(stat, dirFd, cName, removed, request, () => {
      removeName(dirFd, cName, request, stat);
    });
  }

  rename(request: RenamingRequest, newDir: MirrorNode): void {
    const { stat, directories } = this.tree;
    const from = scratchName(request.oldName);
    const to = scratchName(request.newName, 1);
    const [fromFd, toFd] = directories.pair(this, newDir, request);
    const isSwap = (request.flags & RENAME_EXCHANGE) !== 0;
    const moved = this.#known(fromFd, from);
    const isDirectory = moved?.id.type === S_IFDIR;
    const other = isSwap || isDirectory ? this.#known(toFd, to) : undefined;
    const replaced = isSwap ? undefined : other;
    keepDirectory(stat, toFd, to, replaced, request, () => {
      moveName(fromFd, from, toFd, to, request, stat);
    });
    moved?.sawAt(newDir, to);
    if (isSwap) other?.sawAt(this, from);
  }

  forget(): void {
    this.tree.forget(this);
  }

  /** Returns a descriptor of this directory, valid until the next call. */
  #dirFd(request: Request | undefined): number {
    const fd = this.tree.directories.fd(this);
    if (fd === undefined) throw this.gone(request);
    return fd;
  }

  /**
   * Returns the node of a name in this directory, which `stat` describes.
   *
   * @param request The request, whose user the descriptor is counted for.
   * @param found A descriptor of the file that had the name, if it is open.
   */
  #child(
    cName: CName,
    attr: Attr,
    { header }: Request,
    found?: number,
  ): MirrorNode {
    const { stat } = this.tree;
    const node = this.tree.node(() => {
      if (found !== undefined) return openAnew(found);
      const flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
      const fd = libc().openat(this.#dirFd(undefined), cName, flags, 0);
      if (fd < 0) throw new SyscallError("openat", errno());
      return fd;
    }, header.uid);
    stat.copyTo(attr);
    node.sawAt(this, cName);
    return node;
  }

  /** Returns the node of a name, if the kernel knows it. */
  #known(dirFd: number, cName: CName): MirrorNode | undefined {
    return this.tree.stat.at(dirFd, cName) ? this.tree.known() : undefined;
  }

  /** Makes a name in this directory with a system call. */
  #named(
    syscall: string,
    name: string,
    spec: Spec,
    attr: Attr,
    make: (dirFd: number, cName: CName) => number,
  ): MirrorNode {
    // Checked before the file is made: the caller could not be told of it.
    this.tree.pins?.shares.check(spec.request.header.uid);
    const dirFd = this.#dirFd(spec.request);
    const cName = scratchName(name);
    const { stat } = this.tree;
    makeName(syscall, dirFd, cName, spec, stat, () => make(dirFd, cName));
    return this.#child(cName, attr, spec.request);
  }

  /** Makes node and handle of an open file; closes it if that fails. */
  #made(
    fd: number,
    flags: number,
    request: CreateRequest | TmpfileRequest,
    response: CreateResponse,
  ): readonly [MirrorNode, MirrorFile] {
    const { stat, shares } = this.tree;
    const { uid } = request.header;
    try {
      const node = this.tree.node(() => openAnew(fd), uid);
      stat.copyTo(response.attr);
      response.backing = fd;
      response.flags |= openFlags(request);
      shares.add(fd, uid);
      return [node, new MirrorFile(this.tree, node, fd, flags)];
    } catch (error) {
      libc().close(fd);
      throw error;
    }
  }
}
