import { encodeBytes } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { EIO } from "../../../posix/mod.ts";
import { type Ownership, PosixNode } from "./node.ts";
import type { PosixVolume } from "./volume.ts";

/** The most bytes of a target that takes no page of its own, as in tmpfs. */
export const SHORT_TARGET = 127;

/** A symbolic link. */
export class PosixSymlink extends PosixNode {
  readonly target: string;
  readonly #size: number;
  #pages = 0;

  constructor(volume: PosixVolume, ownership: Ownership, target: string) {
    super(volume, ownership);
    this.target = target;
    this.#size = encodeBytes(target).length;
  }

  /** Sets the number of pages that the link had when it was saved. */
  restore(pages: number): void {
    this.#pages = pages;
  }

  /** Takes a page for a long target. */
  takePages(): void {
    const pages = this.#size > SHORT_TARGET ? 1 : 0;
    this.volume.takePages(pages);
    this.#pages = pages;
  }

  override get size(): number {
    return this.#size;
  }

  override get pages(): number {
    return this.#pages;
  }

  protected override free(): void {
    super.free();
    this.volume.pages -= this.#pages;
  }

  readlink(): string {
    // A damaged database may have lost it.
    if (this.target === "") throw new SyscallError("readlink", EIO);
    this.touchAccess();
    return this.target;
  }
}

/** A pipe, a socket or a device node, which the kernel implements. */
export class PosixSpecial extends PosixNode {
  readonly #rdev: number;

  constructor(volume: PosixVolume, ownership: Ownership, rdev: number) {
    super(volume, ownership);
    this.#rdev = rdev;
  }

  override get rdev(): number {
    return this.#rdev;
  }
}
