import { SyscallError } from "../../../ffi/mod.ts";
import { EEXIST, EPERM, ESTALE, O_CREAT, O_EXCL } from "../../../posix/mod.ts";
import { type CreateRequest, toErrno } from "../../message/mod.ts";
import { andThen, attempt } from "../maybe_promise.ts";
import type { MaybePromise } from "../node.ts";
import type { PathContext } from "./context.ts";
import type { PathOperations } from "./operations.ts";

/**
 * Makes a file that does not exist yet. If it does, the kernel has not seen it:
 * the error ESTALE makes the kernel look it up, and check whether the caller
 * may open it.
 */
export function createNew<H>(
  operations: PathOperations<H>,
  path: string,
  { mode, flags }: CreateRequest,
  context: PathContext<H>,
): MaybePromise<H | undefined> {
  const { create, mknod } = operations;
  if (create === undefined && mknod === undefined) {
    throw new SyscallError("create", EPERM);
  }
  const make = (): MaybePromise<H | undefined> =>
    create !== undefined
      ? operations.create!(path, mode, flags | O_EXCL, context)
      : andThen(
        operations.mknod!(path, mode, 0, context),
        () => operations.open?.(path, flags & ~(O_CREAT | O_EXCL), context),
      );
  return attempt(make, (error) => {
    const isUnseen = (flags & O_EXCL) === 0 && toErrno(error) === EEXIST;
    throw isUnseen ? new SyscallError("open", ESTALE) : error;
  });
}
