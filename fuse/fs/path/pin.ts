import { O_RDONLY, O_RDWR, S_IFLNK, S_IFREG } from "../../../posix/mod.ts";
import type { RequestBase as Request } from "../../message/mod.ts";
import type { MaybePromise } from "../node.ts";
import { PathContext } from "./context.ts";
import { PathHandle } from "./handle.ts";
import type { PathOperations, PathStat } from "./operations.ts";
import { typeOf } from "./stat.ts";

/** The part of the tree that finds files. */
export interface Source<H> {
  readonly operations: PathOperations<H>;
  /** Whether operations on open files use their handles. */
  readonly goesByHandles: boolean;
  /** Returns the metadata of the file at a path. */
  stat(
    path: string,
    request: Request | undefined,
    handle?: H,
  ): MaybePromise<PathStat | undefined>;
  /** Returns the metadata of the file at a path; throws ENOENT if none. */
  mustStat(
    path: string,
    request: Request | undefined,
    handle?: H,
  ): MaybePromise<PathStat>;
}

/** The file found at a path, and a handle or target that keeps it usable. */
export interface Pinned<H> {
  readonly stat: PathStat | undefined;
  /** A handle, if it is a regular file, to use after its name is gone. */
  readonly pin?: PathHandle<H> | undefined;
  /** The target, if it is a symbolic link. */
  readonly target?: string | undefined;
}

/**
 * Keeps the file at a path usable after it has lost its name. If operations use
 * handles, a handle is opened for that; otherwise a removed file is hidden
 * instead. A file that cannot be opened is not kept.
 */
export async function pinned<H>(
  tree: Source<H>,
  path: string,
  stat: PathStat,
  request: Request,
): Promise<Pinned<H>> {
  const { operations, goesByHandles } = tree;
  if (!goesByHandles) return { stat };
  const context = new PathContext<H>(request);
  try {
    const type = typeOf(stat);
    if (type === S_IFLNK) {
      return { stat, target: await operations.readlink?.(path, context) };
    }
    if (type !== S_IFREG) return { stat };
    const pin = await open(tree, path, request);
    if (pin === undefined) return { stat };
    // Another program may have replaced the file meanwhile.
    return { stat: await tree.stat(path, request, pin.value), pin };
  } catch {
    return { stat };
  }
}

/**
 * Opens a file for reading, which has no side effects; also for writing, if the
 * handle could not be used to open the file for writing later.
 */
async function open<H>(
  { operations }: Source<H>,
  path: string,
  request: Request,
): Promise<PathHandle<H> | undefined> {
  const tryOpen = async (
    path: string,
    flags: number,
    through?: H,
  ): Promise<H | undefined> => {
    try {
      const context = new PathContext(request, through);
      return await operations.open?.(path, flags, context);
    } catch {
      return undefined;
    }
  };
  const close = async (handle: H): Promise<void> =>
    await operations.release?.(path, new PathContext(request, handle));

  const handle = await tryOpen(path, O_RDONLY);
  if (handle === undefined) return undefined;
  const again = await tryOpen("", O_RDWR, handle);
  if (again !== undefined) await close(again);
  else {
    const wide = await tryOpen(path, O_RDWR);
    if (wide !== undefined) {
      await close(handle);
      return new PathHandle(wide, O_RDWR, 0);
    }
  }
  return new PathHandle(handle, O_RDONLY, 0);
}
