import * as op from "../../abi/mod.ts";
import type { Reply } from "../../message/internal.ts";
import type { MaybePromise } from "../node.ts";
import * as attr from "./attr_operations.ts";
import * as make from "./create_operations.ts";
import { readdir, readdirplus } from "./directory_operations.ts";
import * as file from "./file_operations.ts";
import * as handle from "./handle_operations.ts";
import * as locks from "./lock_operations.ts";
import * as node from "./operations.ts";
import type { State } from "./state.ts";
import * as xattr from "./xattr_operations.ts";

/** A function that answers the requests of one opcode. */
export type Operation = (
  state: State,
  request: never,
  reply: Reply,
) => MaybePromise<void>;

/** The operation for each opcode; other opcodes are answered ENOSYS. */
export const OPERATIONS: ReadonlyMap<number, Operation> = new Map<
  number,
  Operation
>([
  [op.FUSE_LOOKUP, node.lookup],
  [op.FUSE_GETATTR, attr.getattr],
  [op.FUSE_SETATTR, attr.setattr],
  [op.FUSE_STATX, attr.statx],
  [op.FUSE_READLINK, node.readlink],
  [op.FUSE_ACCESS, node.access],
  [op.FUSE_UNLINK, node.remove],
  [op.FUSE_RMDIR, node.remove],
  [op.FUSE_RENAME, node.rename],
  [op.FUSE_RENAME2, node.rename],
  [op.FUSE_BMAP, node.bmap],
  [op.FUSE_STATFS, node.statfs],
  [op.FUSE_SYNCFS, node.syncfs],
  [op.FUSE_MKNOD, make.mknod],
  [op.FUSE_MKDIR, make.mkdir],
  [op.FUSE_SYMLINK, make.symlink],
  [op.FUSE_LINK, make.link],
  [op.FUSE_CREATE, make.create],
  [op.FUSE_TMPFILE, make.tmpfile],
  [op.FUSE_GETXATTR, xattr.getxattr],
  [op.FUSE_LISTXATTR, xattr.listxattr],
  [op.FUSE_SETXATTR, xattr.setxattr],
  [op.FUSE_REMOVEXATTR, xattr.removexattr],
  [op.FUSE_OPEN, handle.open],
  [op.FUSE_OPENDIR, handle.open],
  [op.FUSE_READ, handle.read],
  [op.FUSE_WRITE, handle.write],
  [op.FUSE_FLUSH, handle.flush],
  [op.FUSE_FSYNC, handle.fsync],
  [op.FUSE_FSYNCDIR, handle.fsync],
  [op.FUSE_RELEASE, handle.release],
  [op.FUSE_RELEASEDIR, handle.release],
  [op.FUSE_READDIR, readdir],
  [op.FUSE_READDIRPLUS, readdirplus],
  [op.FUSE_FALLOCATE, file.fallocate],
  [op.FUSE_LSEEK, file.lseek],
  [op.FUSE_COPY_FILE_RANGE, file.copyFileRange],
  [op.FUSE_COPY_FILE_RANGE_64, file.copyFileRange],
  [op.FUSE_IOCTL, file.ioctl],
  [op.FUSE_POLL, file.poll],
  [op.FUSE_GETLK, locks.queryLock],
  [op.FUSE_SETLK, locks.lock],
  [op.FUSE_SETLKW, locks.lockWait],
  [op.FUSE_DESTROY, () => {}],
]);
