import { MemNode, type Ownership } from "./_mem_node.ts";
import type { MemVolume } from "./_mem_volume.ts";
import { encodeBytes } from "../../ffi/c_string.ts";

/** A symbolic link. */
export class MemSymlink extends MemNode {
  readonly #target: string;
  readonly #size: number;

  constructor(volume: MemVolume, ownership: Ownership, target: string) {
    super(volume, ownership);
    this.#target = target;
    this.#size = encodeBytes(target).length;
  }

  override get size(): number {
    return this.#size;
  }

  readlink(): string {
    this.touchAccess();
    return this.#target;
  }
}

/** A pipe, a socket or a device, which the kernel makes work. */
export class MemSpecial extends MemNode {
  readonly #rdev: number;

  constructor(volume: MemVolume, ownership: Ownership, rdev: number) {
    super(volume, ownership);
    this.#rdev = rdev;
  }

  override get rdev(): number {
    return this.#rdev;
  }
}
