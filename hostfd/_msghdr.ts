/**
 * A message with descriptors in memory: `struct msghdr`, with SCM_RIGHTS of
 * unix(7) as the control data.
 *
 * @module
 */

import { libc, roundUp } from "../ffi/internal.ts";
import { type BlockSeq, iovecsFromBlockSeq } from "../usermem/safemem/mod.ts";
import { CMSGHDR, MSGHDR } from "./_abi.ts";

// sys/socket.h
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;

const FD_SIZE = 4;

/**
 * A message for one system call. Keep it alive during the call: the kernel has
 * only the addresses of its parts.
 */
export class Message {
  /** The `struct msghdr`. */
  readonly header: Uint8Array<ArrayBuffer> = new Uint8Array(MSGHDR.size);
  readonly #view = new DataView(this.header.buffer);
  readonly #iovecs: BigUint64Array<ArrayBuffer>;
  readonly #control: DataView<ArrayBuffer>;
  /** The Blocks, stored only to keep their memory alive. */
  readonly #blocks: BlockSeq;

  /**
   * Makes a message.
   *
   * @param blocks The bytes to send, or the memory to receive into.
   * @param fdCount The number of descriptors to leave room for. The room is
   * CMSG_LEN, not CMSG_SPACE: the kernel would put a descriptor into the
   * padding.
   */
  constructor(blocks: BlockSeq, fdCount: number) {
    this.#blocks = blocks;
    this.#iovecs = iovecsFromBlockSeq(blocks);
    const length = fdCount > 0 ? CMSGHDR.size + FD_SIZE * fdCount : 0;
    this.#control = new DataView(new ArrayBuffer(length));
    const { offset } = MSGHDR;
    this.#set(offset.msg_iov, addressOf(this.#iovecs));
    this.#set(offset.msg_iovlen, BigInt(this.#iovecs.length / 2));
    this.#set(offset.msg_control, addressOf(this.#control));
    this.#set(offset.msg_controllen, BigInt(length));
  }

  #set(offset: number, value: bigint): void {
    this.#view.setBigUint64(offset, value, true);
  }

  /** The flags that recvmsg(2) set, such as `MSG_CTRUNC`. */
  get flags(): number {
    return this.#view.getInt32(MSGHDR.offset.msg_flags, true);
  }

  /** The descriptors. */
  get fds(): number[] {
    const { offset } = CMSGHDR;
    const fds: number[] = [];
    const controlLength = MSGHDR.offset.msg_controllen;
    const end = Number(this.#view.getBigUint64(controlLength, true));
    for (let at = 0; at + CMSGHDR.size <= end;) {
      const length = this.#control.getUint32(at + offset.cmsg_len, true);
      if (
        this.#control.getInt32(at + offset.cmsg_level, true) === SOL_SOCKET &&
        this.#control.getInt32(at + offset.cmsg_type, true) === SCM_RIGHTS
      ) {
        for (let i = at + CMSGHDR.size; i < at + length; i += FD_SIZE) {
          fds.push(this.#control.getInt32(i, true));
        }
      }
      at += roundUp(length, CMSGHDR.align);
    }
    return fds;
  }

  set fds(fds: readonly number[]) {
    const { offset } = CMSGHDR;
    if (fds.length === 0) return;
    const length = BigInt(this.#control.byteLength);
    this.#control.setBigUint64(offset.cmsg_len, length, true);
    this.#control.setInt32(offset.cmsg_level, SOL_SOCKET, true);
    this.#control.setInt32(offset.cmsg_type, SCM_RIGHTS, true);
    fds.forEach((fd, i) =>
      this.#control.setInt32(CMSGHDR.size + FD_SIZE * i, fd, true)
    );
  }
}

function addressOf(view: ArrayBufferView<ArrayBuffer>): bigint {
  return view.byteLength === 0 ? 0n : libc().addressOf(view);
}
