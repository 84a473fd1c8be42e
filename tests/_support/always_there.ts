/**
 * The programs that a test may start without asking, and what asks for others:
 * {@linkcode lacks}, by itself or as the `programs` of `mountTest`.
 *
 * @module
 */

import { hasProgram } from "../../fuse/fs/testing/can_mount.ts";

/**
 * What every Debian has: the programs of its essential packages, which its
 * smallest image consists of, and those that the tests themselves are started
 * with. `.ci/run` runs the tests with no others.
 */
export const ALWAYS_THERE: ReadonlySet<string> = new Set(
  [
    // coreutils
    "[ basename cat chgrp chmod chown chroot cksum comm cp cut date dd df",
    "dirname du echo env expr false fold head id install join link ln ls",
    "md5sum mkdir mkfifo mknod mktemp mv nice nproc od paste printf pwd",
    "readlink realpath rm rmdir seq sha1sum sha256sum shred shuf sleep sort",
    "split stat stdbuf sum sync tac tail tee test timeout touch tr true",
    "truncate tsort tty uname uniq unlink wc who whoami yes",
    // bash, dash, diffutils, findutils, grep, gzip, hostname, mawk, sed, tar
    "bash sh cmp diff find xargs egrep fgrep grep gunzip gzip zcat hostname",
    "awk sed tar",
    // perl-base, dpkg, apt, libc-bin
    "perl dpkg dpkg-deb dpkg-query apt-cache apt-get getconf getent iconv ldd",
    // util-linux and mount
    "fallocate findmnt flock ionice losetup lsns mount mountpoint namei",
    "nsenter prlimit setpriv setsid taskset umount unshare",
    // What starts the tests.
    "deno node npm npx",
  ].join(" ").split(" "),
);

/**
 * Whether this machine lacks one of the programs: what a test is ignored by
 * that starts them.
 */
export function lacks(...programs: string[]): boolean {
  return !programs.every(hasProgram);
}
