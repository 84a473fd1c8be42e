/**
 * Limits and flags of vectored transfers: linux/uio.h and linux/fs.h.
 *
 * @module
 */

/**
 * The most Blocks that one readv(2), preadv2(2) or similar call takes:
 * UIO_MAXIOV.
 */
export const MAX_READ_WRITE_IOV = 1024;
/** The most Blocks that one sendmsg(2) or recvmsg(2) takes: UIO_MAXIOV. */
export const MAX_SEND_RECV_MSG_IOV = 1024;

/**
 * Poll the device for completion instead of waiting for its interrupt (direct
 * I/O).
 */
export const RWF_HIPRI = 0x1;
/**
 * Return once the written data is on the device, as O_DSYNC does for every
 * write.
 */
export const RWF_DSYNC = 0x2;
/**
 * Return once data and metadata are on the device, as O_SYNC does for every
 * write.
 */
export const RWF_SYNC = 0x4;
/**
 * Fail with EAGAIN instead of blocking on a device or a lock; since Linux 4.14.
 */
export const RWF_NOWAIT = 0x8;
/** Write at the end of the file, whatever the offset; since Linux 4.16. */
export const RWF_APPEND = 0x10;
/**
 * Write at the offset although the file was opened with O_APPEND; since Linux
 * 6.9.
 */
export const RWF_NOAPPEND = 0x20;
/** Write all bytes or none, where the device supports it; since Linux 6.11. */
export const RWF_ATOMIC = 0x40;
/** Drop the pages from the page cache afterwards; since Linux 6.14. */
export const RWF_DONTCACHE = 0x80;
