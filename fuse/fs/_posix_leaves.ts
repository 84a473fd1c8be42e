import { encodeBytes } from "../../ffi/c_string.ts";
import { type Ownership, PosixNode } from "./_posix_node.ts";
import type { PosixVolume } from "./_posix_volume.ts";

/** A symbolic link. */
export class PosixSymlink extends PosixNode {
  readonly target: string;
  readonly #size: number;

  constructor(volume: PosixVolume, ownership: Ownership, target: string) {
    super(volume, ownership);
    this.target = target;
    this.#size = encodeBytes(target).length;
  }

  override get size(): number {
    return this.#size;
  }

  readlink(): string {
    this.touchAccess();
    return this.target;
  }
}

/** A pipe, a socket or a device, which the kernel makes work. */
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
