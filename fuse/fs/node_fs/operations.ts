import { SyscallError } from "../../../ffi/mod.ts";
import {
  EBADF,
  EFBIG,
  ENOENT,
  EOPNOTSUPP,
  EROFS,
  O_ACCMODE,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
} from "../../../posix/mod.ts";
import type { MaybePromise } from "../node.ts";
import { isSmall, joined, timeNs } from "../path/internal.ts";
import type { PathOperations } from "../path/mod.ts";
import { openAgain } from "./again.ts";
import { AppendingHandles } from "./appending.ts";
import type { NodeFileHandle, NodeFS, NodeStats } from "./interface.ts";
import { named, toDirent, toStat, toText, unspeakable } from "./stat.ts";
import { setTimes } from "./times.ts";

/** The flags of open(2) to pass on; the kernel handles the others. */
const OPEN_FLAGS = O_ACCMODE | O_APPEND | O_TRUNC;
const PERMISSIONS = 0o7777;
const BIGINT = { bigint: true } as const;

type Operations = PathOperations<NodeFileHandle>;

/** The methods of which an object must have at least one for an operation. */
const NEEDS: Readonly<
  Partial<Record<keyof Operations, readonly (keyof NodeFS)[]>>
> = {
  create: ["open"],
  write: ["open"],
  append: ["open"],
  readlink: ["readlink"],
  mkdir: ["mkdir"],
  unlink: ["unlink"],
  rmdir: ["rmdir"],
  rename: ["rename"],
  link: ["link"],
  symlink: ["symlink"],
  truncate: ["truncate"],
  chmod: ["chmod"],
  chown: ["lchown", "chown"],
  utimens: ["lutimes", "utimes"],
  statfs: ["statfs"],
};

/** Returns the operations by path that an object has the methods for. */
export function nodeFSOperations(fs: NodeFS, root: string): Operations {
  const operations = allOperations(fs, root.replace(/\/+$/, ""));
  for (const [name, methods] of Object.entries(NEEDS)) {
    if (methods.some((method) => fs[method] !== undefined)) continue;
    Reflect.deleteProperty(operations, name);
  }
  return operations;
}

function allOperations(fs: NodeFS, root: string): Operations {
  const at = (path: string): string => {
    if (!path.isWellFormed()) throw unspeakable();
    if (path !== "") return path === "/" ? root || "/" : root + path;
    // The file is open but has no name, and its handle lacks the method.
    throw new SyscallError("lookup", ENOENT);
  };
  const appending = new AppendingHandles(fs);
  const getattr: Operations["getattr"] = async (path, { handle }) =>
    toStat(
      handle?.stat ? await handle.stat(BIGINT) : await lstat(fs, at(path)),
    );
  return {
    getattr,
    async readdir(path) {
      const entries = await fs.readdir(at(path), { withFileTypes: true });
      return await named(
        Array.from(entries, toDirent),
        async (name) => await lstat(fs, at(joined(path, name))),
      );
    },
    async readlink(path) {
      try {
        return toText(await fs.readlink!(at(path)));
      } catch (error) {
        throw (error as Error).name === "InvalidData" ? unspeakable() : error;
      }
    },
    async mkdir(path, mode) {
      await fs.mkdir!(at(path), { mode: mode & PERMISSIONS });
    },
    unlink: (path) => fs.unlink!(at(path)),
    rmdir: (path) => fs.rmdir!(at(path)),
    rename: (from, to) => fs.rename!(at(from), at(to)),
    link: (existing, path) => fs.link!(at(existing), at(path)),
    symlink(target, path) {
      if (!target.isWellFormed()) throw unspeakable();
      return fs.symlink!(target, at(path));
    },
    truncate: (path, size, { handle }) =>
      upTo(
        size,
        () =>
          path === "" && handle !== undefined
            ? truncateWithoutName(fs, handle, size)
            : handle?.truncate
            ? handle.truncate(size)
            : fs.truncate!(at(path), size),
      ),
    chmod: (path, mode, { handle }) =>
      handle?.chmod ? handle.chmod(mode) : fs.chmod!(at(path), mode),
    async chown(path, uid, gid, context) {
      // Not every object takes -1 for an owner or group that stays.
      const old = (await getattr(path, context))!;
      const owner = Number(uid ?? old.uid ?? 0);
      const group = Number(gid ?? old.gid ?? 0);
      const { handle } = context;
      if (handle?.chown) await handle.chown(owner, group);
      else if (fs.lchown) await fs.lchown(at(path), owner, group);
      else await fs.chown!(at(path), owner, group);
    },
    async utimens(path, atimeNs, mtimeNs, context) {
      const old = (await getattr(path, context))!;
      const atime = atimeNs ?? timeNs(old.atimeNs, old.atimeMs);
      const mtime = mtimeNs ?? timeNs(old.mtimeNs, old.mtimeMs);
      const { handle } = context;
      await setTimes(atime, mtime, async (atime, mtime) => {
        if (handle?.utimes) await handle.utimes(atime, mtime);
        else if (fs.lutimes) await fs.lutimes(at(path), atime, mtime);
        else await fs.utimes!(at(path), atime, mtime);
      });
    },
    open: async (path, flags, { handle }) => {
      if (fs.open === undefined) return openWhole(fs, at(path), flags);
      const opened = path === ""
        ? await openAgain(fs, handle!, flags & OPEN_FLAGS)
        : await fs.open(at(path), flags & OPEN_FLAGS);
      return appending.opened(opened, flags);
    },
    create: async (path, mode, flags) =>
      appending.opened(
        await fs.open!(
          at(path),
          O_CREAT | flags & (OPEN_FLAGS | O_EXCL),
          mode & PERMISSIONS,
        ),
        flags,
      ),
    read: async (_path, buffer, offset, { handle }) =>
      offset > Number.MAX_SAFE_INTEGER
        ? 0
        : await forAll(buffer.length, async (done, left) => {
          const { bytesRead } = await handle!.read(
            buffer,
            done,
            left,
            offset + done,
          );
          return bytesRead;
        }),
    write: async (path, data, offset, { handle }) =>
      await write(
        await appending.to(handle!, false, () => at(path)),
        data,
        offset,
      ),
    async append(path, data, { handle }) {
      let to = handle!;
      try {
        to = await appending.to(to, true, () => at(path));
      } catch {
        // It has no name any more, or may not be opened: write at its end.
      }
      // The current end, for a handle that does not append by itself.
      const { size = 0 } = await to.stat?.(BIGINT) ?? {};
      const end = Number(size);
      if (!isSmall(end + data.length)) throw new SyscallError("write", EFBIG);
      return await write(to, data, end);
    },
    async fsync(_path, dataOnly, { handle }) {
      if (dataOnly && handle!.datasync) await handle!.datasync();
      else await handle!.sync?.();
    },
    release: (_path, { handle }) => appending.close(handle!),
    statfs: () => fs.statfs!(at("/"), BIGINT),
  };
}

async function lstat(fs: NodeFS, path: string): Promise<NodeStats> {
  return fs.lstat ? await fs.lstat(path, BIGINT) : await fs.stat!(path, BIGINT);
}

/** Changes the size of an open file, even if its handle is not writable. */
async function truncateWithoutName(
  fs: NodeFS,
  handle: NodeFileHandle,
  size: number,
): Promise<void> {
  try {
    return await handle.truncate!(size);
  } catch (error) {
    if (handle.fd === undefined) throw error;
    const writable = await openAgain(fs, handle, O_RDWR);
    try {
      await writable.truncate!(size);
    } finally {
      await writable.close();
    }
  }
}

/** Opens a file that can only be read whole. */
async function openWhole(
  fs: NodeFS,
  path: string,
  flags: number,
): Promise<NodeFileHandle> {
  if ((flags & O_ACCMODE) !== O_RDONLY) throw new SyscallError("open", EROFS);
  if (!fs.readFile) throw new SyscallError("open", EOPNOTSUPP);
  const bytes = await fs.readFile(path);
  return {
    read(buffer, offset, length, position) {
      const part = bytes.subarray(position, position + length);
      buffer.set(part, offset);
      return { bytesRead: part.length };
    },
    stat: () => lstat(fs, path),
    close() {},
  };
}

/** Writes at a position, or to the end if the handle appends. */
async function write(
  to: NodeFileHandle,
  data: Uint8Array<ArrayBuffer>,
  position: number,
): Promise<number> {
  if (!to.write) throw new SyscallError("write", EBADF);
  return await forAll(data.length, async (done, left) => {
    const { bytesWritten } = await upTo(
      position + data.length,
      () => to.write!(data, done, left, position + done),
    );
    return bytesWritten;
  });
}

/** Moves bytes until all are moved or `move` returns 0; returns how many. */
async function forAll(
  length: number,
  move: (done: number, left: number) => Promise<number>,
): Promise<number> {
  let done = 0;
  while (done < length) {
    const moved = await move(done, length - done);
    if (moved === 0) break;
    done += moved;
  }
  return done;
}

/** Calls an action that extends a file to `size`; throws EFBIG if too large. */
async function upTo<T>(
  size: number,
  action: () => MaybePromise<T>,
): Promise<T> {
  const tooLarge = new SyscallError("write", EFBIG);
  if (size > Number.MAX_SAFE_INTEGER) throw tooLarge;
  try {
    return await action();
  } catch (error) {
    throw error instanceof RangeError ? tooLarge : error;
  }
}
