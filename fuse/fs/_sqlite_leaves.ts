import { encodeBytes } from "../../ffi/c_string.ts";
import { MemSpecial, MemSymlink } from "./_mem_leaves.ts";
import type { Ownership } from "./_mem_node.ts";
import { type Details, stored } from "./_sqlite_node.ts";
import type { SqliteVolume } from "./_sqlite_volume.ts";

/** A symbolic link. */
export class SqliteSymlink extends stored(MemSymlink) {
  readonly #target: string;

  constructor(volume: SqliteVolume, ownership: Ownership, target: string) {
    super(volume, ownership, target);
    this.#target = target;
  }

  override get details(): Details {
    return { target: encodeBytes(this.#target) };
  }
}

/** A pipe, a socket or a device. */
export class SqliteSpecial extends stored(MemSpecial) {}
