import { libc } from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { HostFd, pipe } from "../../hostfd/mod.ts";
import { O_RDWR } from "../../posix/mod.ts";
import type { MountWatcher } from "../conn/internal.ts";
import type { MountInfo } from "../conn/mod.ts";
import { connectionOf } from "./mount_info.ts";
import { exitOf, spawn } from "./spawn.ts";

const SHELL = "/bin/sh";
const LINE = new TextEncoder().encode("\n");

/**
 * A shell script that waits for a line, or for the end of the process that
 * would write it. The script detects that end by the end of the pipe, or by a
 * signal when the thread that started the script ends, since another thread may
 * be stuck in the kernel and keep the pipe open. The script then aborts the
 * connection of the mount with id and device `$1` and unmounts it, wherever it
 * is mounted by now, unless something is mounted on top: status 1. `%b` decodes
 * the kernel's escapes once each begins with `\0`, since it expects three
 * digits after that.
 */
const SCRIPT = `
unmount_it() {
  mine=
  covered=
  while read -r id _ device _ path rest; do
    case "$id $device $rest" in
      "$1 "*" - fuse"*) mine=$path ;;
      *) [ "$path" != "$mine" ] || covered=1 ;;
    esac
  done < /proc/self/mountinfo
  [ "$mine" ] || exit 0
  echo 1 > "/sys/fs/fuse/connections/$connection/abort"
  [ ! "$covered" ] || exit 1
  path=
  while [ "$mine" != "\${mine#*\\\\}" ]; do
    path=$path\${mine%%\\\\*}\\\\0
    mine=\${mine#*\\\\}
  done
  mine=$(printf '%b.' "$path$mine")
  mine=\${mine%.}
  umount -f -l "$mine" || fusermount3 -u -z "$mine" || fusermount -u -z "$mine"
  exit
}
is_over() {
  [ -e "/proc/$PPID" ] || return 0
  while read -r key value _; do
    case $key$value in
      State:[ZX] | SigPnd:*[13579bdf]??) return 0 ;;
    esac
  done < "/proc/$PPID/status"
  return 1
}
on_signal() {
  signalled=1
  tries=0
  until is_over; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || return
    sleep 0.1
  done
  unmount_it "$mount"
}
mount=$1
connection=$2
trap on_signal URG
! is_over || unmount_it "$mount"
while :; do
  signalled=
  read -r _ && exit 0
  [ "$signalled" ] || unmount_it "$mount"
done
`;

/**
 * A shell script that runs {@linkcode SCRIPT} so that it gets a signal when the
 * thread that starts it ends: by setpriv(1), if that supports it. The signal is
 * ignored by default, until the script traps it.
 */
const START = `
trap '' HUP INT QUIT TERM
PATH=\${PATH:+$PATH:}/usr/sbin:/usr/bin:/sbin:/bin
cd /
set -- "${SHELL}" -c "$1" hostkit "$2" "$3"
setpriv --pdeathsig URG true && exec setpriv --pdeathsig URG "$@"
exec "$@"
`;

/**
 * A shell process that unmounts a file system when this process ends for any
 * reason, which it detects by a pipe. It identifies the mount by id and device
 * number, so it never touches another mount.
 */
export class Watcher implements MountWatcher {
  readonly #pid: number;
  readonly #pipe: HostFd;

  /**
   * Starts watching.
   *
   * @throws {SyscallError} ENOENT where there is no shell.
   */
  constructor(mount: MountInfo) {
    const { id, device } = mount;
    const [reader, writer] = pipe();
    using _reader = reader;
    using nothing = HostFd.open("/dev/null", O_RDWR);
    try {
      const args = [
        "-c",
        START,
        "hostkit",
        SCRIPT,
        `${id} ${device}`,
        `${connectionOf(mount)}`,
      ];
      this.#pid = spawn(SHELL, args, {
        fds: [[reader.fd, 0], [nothing.fd, 1], [nothing.fd, 2]],
        newSession: true,
      });
    } catch (error) {
      writer.close();
      const { errno } = error as SyscallError;
      const hint = "autoUnmount needs a shell";
      throw new SyscallError("posix_spawn", errno, { path: SHELL, hint });
    }
    this.#pipe = writer;
  }

  /**
   * Ends watching, and unmounts unless the mount is gone already.
   *
   * @returns Whether the mount is certainly gone.
   */
  async end(isUnmounted: boolean): Promise<boolean> {
    // If the shell was killed, the error of this write is ignored.
    if (isUnmounted) libc().write(this.#pipe.fd, LINE, BigInt(LINE.length));
    this.#pipe.close();
    return await exitOf(this.#pid) === 0;
  }
}
