/**
 * A substitute for memfd_create(2) on macOS: a shared memory object whose name
 * is removed immediately.
 *
 * @module
 */

import { SyscallError } from "../ffi/mod.ts";
import { EEXIST, EINVAL } from "./constants_errno.ts";
import { F_SETFD, O_CREAT, O_EXCL, O_RDWR } from "./constants_fcntl.ts";
import {
  MFD_ALLOW_SEALING,
  MFD_CLOEXEC,
  MFD_EXEC,
  MFD_NOEXEC_SEAL,
} from "./constants_memfd.ts";
import { fcntl } from "./fd.ts";
import { shmOpen, shmUnlink } from "./shm.ts";

const KNOWN = MFD_ALLOW_SEALING | MFD_CLOEXEC | MFD_EXEC | MFD_NOEXEC_SEAL;

/** Creates an unnamed shared memory object and returns its file descriptor. */
export function memfdCreateDarwin(flags: number): number {
  if ((flags & ~KNOWN) !== 0) throw new SyscallError("memfd_create", EINVAL);
  const fd = openUnnamed();
  // shm_open(2) sets FD_CLOEXEC.
  if ((flags & MFD_CLOEXEC) === 0) fcntl(fd, F_SETFD, 0);
  return fd;
}

function openUnnamed(): number {
  for (;;) {
    const [random] = crypto.getRandomValues(new BigUint64Array(1));
    const name = `/memfd:${random!.toString(16)}`;
    try {
      const fd = shmOpen(name, O_RDWR | O_CREAT | O_EXCL, 0o600);
      shmUnlink(name);
      return fd;
    } catch (error) {
      if (!(error instanceof SyscallError && error.errno === EEXIST)) {
        throw error;
      }
    }
  }
}
