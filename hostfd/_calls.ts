import { type Libc, libc } from "../ffi/internal.ts";

/** An array of `struct iovec`: address, length, address, length. */
type Iovecs = BigUint64Array<ArrayBuffer>;

/**
 * The system calls of one direction. Each moves bytes between memory and the
 * byte `offset` of a file; -1 stands for the descriptor's own position.
 */
export interface Calls {
  /** The plain call; the names of the other calls derive from it. */
  readonly name: "read" | "write";
  /** Moves the bytes of one view. */
  view(fd: number, view: Uint8Array, offset: bigint): number;
  /** Moves the bytes of memory given by its address. */
  memory(fd: number, address: bigint, length: number, offset: bigint): number;
  /**
   * Moves the bytes of many ranges. Returns `undefined` if this libc has no
   * call that takes the flags.
   */
  vector(
    fd: number,
    iovecs: Iovecs,
    offset: bigint,
    flags: number,
  ): number | undefined;
}

/**
 * The libc functions that {@linkcode readCalls} and {@linkcode writeCalls} use.
 */
export type TransferSymbols = Pick<
  Libc,
  | ("read" | "readAt" | "pread" | "preadAt" | "readv" | "preadv" | "preadv2")
  | ("write" | "writeAt" | "pwrite" | "pwriteAt" | "writev")
  | ("pwritev" | "pwritev2")
>;

/**
 * Returns the system calls that read.
 *
 * @param symbols Returns the libc functions; called at each transfer.
 */
export function readCalls(symbols: () => TransferSymbols = libc): Calls {
  return {
    name: "read",
    view(fd, view, offset) {
      const { read, pread } = symbols();
      const bytes = view as Uint8Array<ArrayBuffer>;
      const length = BigInt(view.length);
      return offset === -1n
        ? read(fd, bytes, length)
        : pread(fd, bytes, length, offset);
    },
    memory(fd, address, length, offset) {
      const { readAt, preadAt } = symbols();
      return offset === -1n
        ? readAt(fd, address, BigInt(length))
        : preadAt(fd, address, BigInt(length), offset);
    },
    vector(fd, iovecs, offset, flags) {
      const { preadv2, readv, preadv } = symbols();
      const count = iovecs.length / 2;
      if (preadv2 !== null) return preadv2(fd, iovecs, count, offset, flags);
      if (flags !== 0) return undefined;
      return offset === -1n
        ? readv(fd, iovecs, count)
        : preadv(fd, iovecs, count, offset);
    },
  };
}

/**
 * Returns the system calls that write.
 *
 * @param symbols Returns the libc functions; called at each transfer.
 */
export function writeCalls(symbols: () => TransferSymbols = libc): Calls {
  return {
    name: "write",
    view(fd, view, offset) {
      const { write, pwrite } = symbols();
      const bytes = view as Uint8Array<ArrayBuffer>;
      const length = BigInt(view.length);
      return offset === -1n
        ? write(fd, bytes, length)
        : pwrite(fd, bytes, length, offset);
    },
    memory(fd, address, length, offset) {
      const { writeAt, pwriteAt } = symbols();
      return offset === -1n
        ? writeAt(fd, address, BigInt(length))
        : pwriteAt(fd, address, BigInt(length), offset);
    },
    vector(fd, iovecs, offset, flags) {
      const { pwritev2, writev, pwritev } = symbols();
      const count = iovecs.length / 2;
      if (pwritev2 !== null) return pwritev2(fd, iovecs, count, offset, flags);
      if (flags !== 0) return undefined;
      return offset === -1n
        ? writev(fd, iovecs, count)
        : pwritev(fd, iovecs, count, offset);
    },
  };
}
