import { libc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { HostFd } from "../hostfd/host_fd.ts";
import { pipe } from "../hostfd/pipe.ts";
import { O_RDWR } from "../posix/constants_fcntl.ts";
import { exitOf, spawn } from "./_spawn.ts";
import type { MountInfo } from "./mount_info.ts";

const SHELL = "/bin/sh";
const LINE = new TextEncoder().encode("\n");

/**
 * Waits for a line, or for the end of the process that would write it. At that
 * end it unmounts the mount of id and device `$1`, wherever that is by now,
 * unless something is mounted on top. `%b` undoes the kernel's escapes once
 * each begins with `\0`: it wants three digits behind that.
 */
const SCRIPT = `
trap '' HUP INT QUIT TERM
PATH=\${PATH:+$PATH:}/usr/sbin:/usr/bin:/sbin:/bin
cd /
read -r _ && exit
mine=
while read -r id _ device _ path rest; do
  case "$id $device $rest" in
    "$1 "*" - fuse"*) mine=$path ;;
    *) [ "$path" != "$mine" ] || mine= ;;
  esac
done < /proc/self/mountinfo
[ "$mine" ] || exit 0
path=
while [ "$mine" != "\${mine#*\\\\}" ]; do
  path=$path\${mine%%\\\\*}\\\\0
  mine=\${mine#*\\\\}
done
mine=$(printf '%b.' "$path$mine")
mine=\${mine%.}
umount -l "$mine" || fusermount3 -u -z "$mine" || fusermount -u -z "$mine"
`;

/**
 * A small shell that unmounts a file system once this process is gone, however
 * it ends: it holds the other end of a pipe. It knows its mount by id and
 * device number, so it never touches another one.
 */
export class Watcher {
  readonly #pid: number;
  readonly #pipe: HostFd;

  /**
   * Starts watching.
   *
   * @throws {SyscallError} ENOENT where there is no shell.
   */
  constructor({ id, device }: MountInfo) {
    const [reader, writer] = pipe();
    using _reader = reader;
    using nothing = HostFd.open("/dev/null", O_RDWR);
    try {
      this.#pid = spawn(SHELL, ["-c", SCRIPT, "hostkit", `${id} ${device}`], {
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
   * Ends watching, and unmounts unless that has been done. A second call is
   * harmless.
   */
  async end(isUnmounted: boolean): Promise<void> {
    if (this.#pipe.fd < 0) return;
    // Whoever killed the shell gets no error out of this.
    if (isUnmounted) libc().write(this.#pipe.fd, LINE, BigInt(LINE.length));
    this.#pipe.close();
    await exitOf(this.#pid);
  }
}
