/**
 * The operations that remove and change names: unlink, rmdir and rename.
 *
 * @module
 */

import { SyscallError } from "../../../ffi/mod.ts";
import { EPERM, S_IFDIR } from "../../../posix/mod.ts";
import { RENAME_EXCHANGE } from "../../abi/mod.ts";
import type {
  RemoveRequest,
  RenamingRequest,
  RequestBase as Request,
} from "../../message/mod.ts";
import { andThen, attempt } from "../maybe_promise.ts";
import type { MaybePromise } from "../node.ts";
import { PathContext } from "./context.ts";
import { joined, type Parent } from "./entry.ts";
import type { Step } from "./locks.ts";
import type { PathNode } from "./node.ts";

/** The part of a directory that changes of its names use. */
interface Names<H> extends Parent<H> {
  readonly children: Map<string, PathNode<H>>;
  /** A lock on its names: lookups wait while a replaced name is missing. */
  readonly names: Step;
  /** Whether it was removed through the mount. */
  isRemoved: boolean;
  /** Returns the path of a name. */
  pathOf(name: string, request: Request): string;
}

function isDirectory<H>(node: PathNode<H>): node is PathNode<H> & Names<H> {
  return node.type === S_IFDIR;
}

/** Removes a name: UNLINK and RMDIR. */
export function remove<H>(
  from: Names<H>,
  request: RemoveRequest,
): MaybePromise<void> {
  const { operations } = from.tree;
  const { name, dir } = request;
  const isAble = dir ? operations.rmdir : operations.unlink;
  if (isAble === undefined) {
    throw new SyscallError(dir ? "rmdir" : "unlink", EPERM);
  }
  const node = from.children.get(name);
  return move(request, [node], [from], () => {
    if (node?.mustHide) {
      const hidden = hide(from, node, name, request);
      return andThen(hidden, () => node.removeHidden());
    }
    const path = from.pathOf(name, request);
    const context = new PathContext<H>(request);
    const removed = dir
      ? operations.rmdir!(path, context)
      : operations.unlink!(path, context);
    return andThen(removed, () => drop(from, node, name));
  });
}

/** Moves or exchanges names: RENAME. */
export function rename<H>(
  from: Names<H>,
  request: RenamingRequest,
  to: Names<H>,
): MaybePromise<void> {
  const { operations, hides } = from.tree;
  const { oldName, newName, flags } = request;
  if (operations.rename === undefined) throw new SyscallError("rename", EPERM);
  const node = from.children.get(oldName);
  const replaced = to.children.get(newName);
  const exchanges = (flags & RENAME_EXCHANGE) !== 0;
  const mayHide = hides && !exchanges && replaced !== undefined;
  // The name of a file that is hidden first is missing for a moment.
  const moved = [node, replaced, mayHide ? to.names : undefined];
  return move(request, moved, [from, to], () => {
    const isHidden = mayHide && replaced.mustHide;
    const rename = (): MaybePromise<void> =>
      operations.rename!(
        from.pathOf(oldName, request),
        to.pathOf(newName, request),
        flags,
        new PathContext(request),
      );
    const renamed = isHidden
      ? andThen(
        hide(to, replaced, newName, request),
        () =>
          attempt(rename, (error) =>
            andThen(unhide(to, replaced, newName, request), () => {
              throw error;
            })),
      )
      : rename();
    return andThen(renamed, () => {
      node?.dropName(from, oldName);
      if (exchanges) replaced?.dropName(to, newName);
      else if (!isHidden) drop(to, replaced, newName);
      node?.addName(to, newName);
      if (exchanges) replaced?.addName(from, oldName);
      return replaced?.removeHidden();
    });
  });
}

/** Records that a name was removed for good. */
function drop<H>(
  from: Names<H>,
  node: PathNode<H> | undefined,
  name: string,
): void {
  if (node && isDirectory(node)) node.isRemoved = true;
  node?.dropName(from, name);
}

/** Calls an action that changes names, with the locks that it needs. */
function move<H>(
  request: Request,
  moved: readonly (Step | undefined)[],
  directories: readonly Names<H>[],
  action: () => MaybePromise<void>,
): MaybePromise<void> {
  return directories[0]!.tree.locks.move(
    moved.filter((step) => step !== undefined),
    directories,
    () => request.signal,
    action,
  );
}

/** Renames a file that is in use to a hidden name. */
function hide<H>(
  from: Names<H>,
  node: PathNode<H>,
  name: string,
  request: Request,
): MaybePromise<void> {
  const { tree } = from;
  const { root, operations } = tree;
  const hiddenAs = tree.newHiddenName();
  const renamed = operations.rename!(
    from.pathOf(name, request),
    joined("/", hiddenAs),
    0,
    new PathContext(request),
  );
  return andThen(renamed, () => {
    node.hiddenAs = hiddenAs;
    node.addName(root, hiddenAs).dropName(from, name);
  });
}

function unhide<H>(
  to: Names<H>,
  node: PathNode<H>,
  name: string,
  request: Request,
): MaybePromise<void> {
  const { root, operations } = to.tree;
  const hiddenAs = node.hiddenAs!;
  const renamed = operations.rename!(
    joined("/", hiddenAs),
    to.pathOf(name, request),
    0,
    new PathContext(request),
  );
  return andThen(renamed, () => {
    node.hiddenAs = undefined;
    node.addName(to, name).dropName(root, hiddenAs);
  });
}
