import { SyscallError } from "../../../ffi/mod.ts";
import { EFBIG, EPERM } from "../../../posix/mod.ts";
import * as valid from "../../abi/mod.ts";
import type { SetattrRequest } from "../../message/mod.ts";
import type { Action } from "./context.ts";
import { isSmall } from "./is_small.ts";
import type { PathOperations } from "./operations.ts";

const PERMISSIONS = 0o7777;

/**
 * Returns the operations that a SETATTR needs, if none of them is missing.
 *
 * @throws {SyscallError} EPERM if an operation is missing; EFBIG for a size
 * that is not exact as a number.
 */
export function changesOf<H>(
  request: SetattrRequest,
  operations: PathOperations<H>,
): Action<H, void>[] {
  const changes: Action<H, void>[] = [];
  const add = (
    isMeant: boolean,
    isAble: unknown,
    change: Action<H, void>,
  ): void => {
    if (!isMeant) return;
    if (isAble === undefined) throw new SyscallError("setattr", EPERM);
    changes.push(change);
  };
  const flags = request.valid;
  const uid = valid.setattrValidUid(flags) ? request.uid : undefined;
  const gid = valid.setattrValidGid(flags) ? request.gid : undefined;
  const atime = valid.setattrValidAtime(flags) ? request.atimeNs : undefined;
  const mtime = valid.setattrValidMtime(flags) ? request.mtimeNs : undefined;
  if (valid.setattrValidSize(flags) && !isSmall(request.size)) {
    throw new SyscallError("truncate", EFBIG);
  }
  add(
    valid.setattrValidSize(flags),
    operations.truncate,
    (path, context) => operations.truncate!(path, request.size, context),
  );
  add(
    uid !== undefined || gid !== undefined,
    operations.chown,
    (path, context) => operations.chown!(path, uid, gid, context),
  );
  add(
    valid.setattrValidMode(flags),
    operations.chmod,
    (path, context) =>
      operations.chmod!(path, request.mode & PERMISSIONS, context),
  );
  add(
    atime !== undefined || mtime !== undefined,
    operations.utimens,
    (path, context) => operations.utimens!(path, atime, mtime, context),
  );
  return changes;
}
