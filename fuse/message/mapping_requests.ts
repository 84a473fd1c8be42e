import {
  FUSE_REMOVEMAPPING_IN,
  FUSE_REMOVEMAPPING_ONE,
  FUSE_SETUPMAPPING_IN,
  U64,
} from "../abi/internal.ts";
import { BODY, type Frame } from "./frame.ts";
import { Request } from "./request.ts";

/**
 * Asks to map a part of an open file into the DAX window, memory that host and
 * guest share. Linux sends this to virtiofs only.
 */
export class SetupmappingRequest extends Request {
  /** The request's name. */
  readonly opname = "SETUPMAPPING";
  /** @internal */
  readonly _handle: U64 = new U64();
  readonly #fileOffset = new U64();
  readonly #length = new U64();
  readonly #flags = new U64();
  readonly #windowOffset = new U64();

  /** The handle that the answer to OPEN gave; all bits set for none. */
  get handle(): bigint {
    return this._handle.big;
  }

  /** The file offset of the part to map. */
  get fileOffset(): bigint {
    return this.#fileOffset.big;
  }

  /** The part's length in bytes. */
  get length(): bigint {
    return this.#length.big;
  }

  /** `FUSE_SETUPMAPPING_FLAG_*` flags. */
  get flags(): bigint {
    return this.#flags.big;
  }

  /** The offset of the mapping in the DAX window. */
  get windowOffset(): bigint {
    return this.#windowOffset.big;
  }

  /** Answers that the part has been mapped. */
  respond(): void {
    this._respond();
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    const { size, offset } = FUSE_SETUPMAPPING_IN;
    frame.checkBody(size);
    frame.read64(this._handle, offset.fh);
    frame.read64(this.#fileOffset, offset.foffset);
    frame.read64(this.#length, offset.len);
    frame.read64(this.#flags, offset.flags);
    frame.read64(this.#windowOffset, offset.moffset);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const { handle, fileOffset, length, flags, windowOffset } = this;
    return { handle, fileOffset, length, flags, windowOffset };
  }
}

/** A part of the DAX window. */
export interface DaxRange {
  /** The offset of the mapping in the DAX window. */
  readonly windowOffset: bigint;
  /** The length of the mapping in bytes. */
  readonly length: bigint;
}

/** Asks to unmap parts of the DAX window. Linux sends this to virtiofs only. */
export class RemovemappingRequest extends Request {
  /** The request's name. */
  readonly opname = "REMOVEMAPPING";
  /** The parts to unmap. */
  mappings: readonly DaxRange[] = [];

  /** Answers that the parts have been unmapped. */
  respond(): void {
    this._respond();
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    const { size, offset } = FUSE_REMOVEMAPPING_IN;
    frame.checkBodyAtLeast(size);
    const count = frame.u32(offset.count);
    frame.checkBody(size + count * FUSE_REMOVEMAPPING_ONE.size);
    const { moffset, len } = FUSE_REMOVEMAPPING_ONE.offset;
    this.mappings = Array.from({ length: count }, (_, i) => {
      const at = BODY + size + i * FUSE_REMOVEMAPPING_ONE.size;
      return {
        windowOffset: frame.view.getBigUint64(at + moffset, true),
        length: frame.view.getBigUint64(at + len, true),
      };
    });
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { count: this.mappings.length };
  }
}
