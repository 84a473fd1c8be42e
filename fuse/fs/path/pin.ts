import { O_RDONLY, O_RDWR, S_IFLNK, S_IFREG } from "../../../posix/mod.ts";
import type { RequestBase as Request } from "../../message/mod.ts";
import type { MaybePromise } from "../node.ts";
import { PathContext } from "./context.ts";
import { PathHandle } from "./handle.ts";
import type { PathOperations, PathStat } from "./operations.ts";
import { typeOf } from "./stat.ts";

/** What is asked to find something. */
export interface Source<H> {
  readonly operations: PathOperations<H>;
  /** Whether operations on what is open go by its handle. */
  readonly goesByHandles: boolean;
  /** Asks what is at a path. */
  stat(
    path: string,
    request: Request | undefined,
    handle?: H,
  ): MaybePromise<PathStat | undefined>;
  /** Asks what is at a path, where there must be something. */
  mustStat(
    path: string,
    request: Request | undefined,
    handle?: H,
  ): MaybePromise<PathStat>;
}

/** What has been found at a path, and what keeps it. */
export interface Pinned<H> {
  readonly stat: PathStat | undefined;
  /** A handle of it, of a file whose name may be taken away. */
  readonly pin?: PathHandle<H> | undefined;
  /** Where it leads, if it is a symbolic link. */
  readonly target?: string | undefined;
}

/**
 * Takes hold of what is at a path, so that it can be used when it has lost its
 * name. What is removed here is hidden instead, unless operations go by
 * handles: then one is opened. What refuses is not held.
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
    // It may be another file than a moment before.
    return { stat: await tree.stat(path, request, pin.value), pin };
  } catch {
    return { stat };
  }
}

/**
 * Opens a file for reading, which nobody else notices; also for writing, if it
 * could not be opened so through the handle later.
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
