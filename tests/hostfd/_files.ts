/**
 * Files and pipes, made without what is tested.
 *
 * @module
 */

import { errno, libc, linuxLibc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import {
  close,
  fstat,
  memfdCreate,
  MFD_CLOEXEC,
  O_CLOEXEC,
} from "../../posix/mod.ts";

// unistd.h
const SEEK_SET = 0;
const SEEK_CUR = 1;

/** An open descriptor, closed at the end of its scope. */
export class TestFile implements Disposable {
  readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Makes a memfd with that content and position. */
  static of(content: Uint8Array<ArrayBuffer>, position: number = 0): TestFile {
    const { fd } = new TestFile(memfdCreate("hostfd-test", MFD_CLOEXEC));
    libc().pwrite(fd, content, BigInt(content.length), 0n);
    libc().lseek(fd, BigInt(position), SEEK_SET);
    return new TestFile(fd);
  }

  /** The position in the file; -1 where there is none. */
  get position(): number {
    return Number(libc().lseek(this.fd, 0n, SEEK_CUR));
  }

  /** All bytes of the file; none where it is no open file. */
  get content(): Uint8Array<ArrayBuffer> {
    if (this.fd < 0) return new Uint8Array(0);
    const bytes = new Uint8Array(fstat(this.fd).size);
    libc().pread(this.fd, bytes, BigInt(bytes.length), 0n);
    return bytes;
  }

  [Symbol.dispose](): void {
    if (this.fd >= 0) close(this.fd);
  }
}

/** Makes a pipe: the end to read from, the end to write to. */
export function pipe(): [reader: number, writer: number] {
  const fds = new Int32Array(2);
  if (linuxLibc().pipe2(fds, O_CLOEXEC) < 0) {
    throw new SyscallError("pipe2", errno());
  }
  return [fds[0]!, fds[1]!];
}
