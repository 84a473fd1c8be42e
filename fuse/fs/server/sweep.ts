/**
 * The end of a session.
 *
 * @module
 */

import type { FS } from "../node.ts";
import type { Shared } from "./shared.ts";
import { SharedHandles } from "./shared_handles.ts";
import type { State } from "./state.ts";

/**
 * Releases the nodes and handles that the kernel dropped by unmounting, and the
 * file system.
 *
 * @param fs The file system; `undefined` if it has given no root, since it may
 * then be mounted elsewhere, and in use.
 * @param state The state of the server; `undefined` if it never served.
 * @param drainMs The time in milliseconds to wait for all handles, and then for
 * all nodes.
 */
export async function sweep(
  fs: FS | undefined,
  state: State | undefined,
  shared: Shared | undefined,
  drainMs: number,
): Promise<void> {
  if (state === undefined) {
    await shared?.leftOpen(new Map());
    return fs?.destroy?.();
  }
  const { handles } = state;
  const open = handles instanceof SharedHandles
    ? (await shared!.leftOpen(handles.balance))
      .map(({ id, node }) => state.close(id, node))
    : handles.clear();
  const releases = open.map(({ handle }) =>
    state.attempt(() => handle.release?.())
  );
  await atMost(drainMs, Promise.all(releases));
  const forgets = state.nodes.clear().map((node) =>
    state.attempt(() => node.forget?.())
  );
  await atMost(drainMs, Promise.all(forgets));
  state.attempt(() => fs?.destroy?.());
}

/** Waits for a promise, for `ms` milliseconds at most. */
export async function atMost(
  ms: number,
  promise: Promise<unknown>,
): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
