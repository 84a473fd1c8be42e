import { fault, withTransferred } from "../posix/process_memory/internal.ts";
import { countInside, partsOf } from "./_bounds.ts";
import { type Addr, toNumber } from "./addr.ts";
import { mustToRange } from "./addr_range.ts";
import { AddrRangeSeq } from "./addr_range_seq.ts";
import type { IO, IOOpts } from "./io.ts";
import type { ProcessIO } from "./process_io.ts";
import type { Reader, Writer } from "./safemem/mod.ts";

/** A part of a process's memory, whose addresses begin at 0. */
export class WindowIO implements IO {
  readonly #io: ProcessIO;
  readonly #base: Addr;
  readonly #size: number;

  constructor(io: ProcessIO, base: Addr, size: number) {
    this.#io = io;
    this.#base = base;
    this.#size = size;
  }

  copyOut(addr: Addr, src: Uint8Array, opts?: IOOpts): number {
    return this.#move("copyOut", addr, src.length, (at, n) => {
      this.#io.copyOut(at, src.subarray(0, n), opts);
    });
  }

  copyIn(addr: Addr, dst: Uint8Array, opts?: IOOpts): number {
    return this.#move("copyIn", addr, dst.length, (at, n) => {
      this.#io.copyIn(at, dst.subarray(0, n), opts);
    });
  }

  zeroOut(addr: Addr, n: number, opts?: IOOpts): number {
    return this.#move("zeroOut", addr, n, (at, inside) => {
      this.#io.zeroOut(at, inside, opts);
    });
  }

  copyOutFrom(ars: AddrRangeSeq, src: Reader, opts?: IOOpts): number {
    return this.#moveAll("copyOutFrom", ars, Infinity, (inside) => {
      return this.#io.copyOutFrom(inside, src, opts);
    });
  }

  copyInTo(ars: AddrRangeSeq, dst: Writer, opts?: IOOpts): number {
    return this.#moveAll("copyInTo", ars, Infinity, (inside) => {
      return this.#io.copyInTo(inside, dst, opts);
    });
  }

  copyInVec(ars: AddrRangeSeq, dst: Uint8Array, opts?: IOOpts): number {
    return this.#moveAll("copyIn", ars, dst.length, (inside) => {
      return this.#io.copyInVec(inside, dst, opts);
    });
  }

  copyOutVec(ars: AddrRangeSeq, src: Uint8Array, opts?: IOOpts): number {
    return this.#moveAll("copyOut", ars, src.length, (inside) => {
      return this.#io.copyOutVec(inside, src, opts);
    });
  }

  swapUint32(addr: Addr, value: number, opts?: IOOpts): number {
    const at = this.#wordAt("swapUint32", addr);
    return this.#io.swapUint32(at, value, opts);
  }

  compareAndSwapUint32(
    addr: Addr,
    expected: number,
    value: number,
    opts?: IOOpts,
  ): number {
    const at = this.#wordAt("compareAndSwapUint32", addr);
    return this.#io.compareAndSwapUint32(at, expected, value, opts);
  }

  loadUint32(addr: Addr, opts?: IOOpts): number {
    return this.#io.loadUint32(this.#wordAt("loadUint32", addr), opts);
  }

  #wordAt(call: string, addr: Addr): Addr {
    if (countInside(toNumber(addr), 4, this.#size) < 4) {
      throw fault(call, addr);
    }
    return this.#base + addr;
  }

  /** Calls `move` for those of the `length` bytes that are inside the part. */
  #move(
    call: string,
    addr: Addr,
    length: number,
    move: (at: Addr, n: number) => void,
  ): number {
    const n = countInside(toNumber(addr), length, this.#size);
    if (n > 0) move(this.#base + addr, n);
    if (n < length) throw fault(call, addr + BigInt(n), n);
    return n;
  }

  /** Calls `move` for those parts of some ranges that are inside the part. */
  #moveAll(
    call: string,
    ars: AddrRangeSeq,
    limit: number,
    move: (inside: AddrRangeSeq) => number,
  ): number {
    const { parts, stop } = partsOf(call, ars, this.#size);
    const inside = parts.map(([at, n]) =>
      mustToRange(this.#base + BigInt(at), n)
    );
    const n = move(AddrRangeSeq.from(inside));
    if (stop !== undefined && n < limit) throw withTransferred(stop, n);
    return n;
  }
}
