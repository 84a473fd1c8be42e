/**
 * What the tests of notifications share.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { setImmediate } from "node:timers";
import { SyscallError } from "../../ffi/mod.ts";
import { ErrNotCached, FOPEN_KEEP_CACHE } from "../../fuse/mod.ts";
import type { SmallNode } from "../_support/nodes.ts";

export const ROOT = 1n;
export const ENCODER = new TextEncoder();
export const NOBODY = 999n;

/** A file whose content changes behind the kernel's back. */
export class ChangingFile {
  content: Uint8Array;
  reads = 0;
  id = 0n;
  readonly node: SmallNode;

  constructor(content: string | Uint8Array) {
    this.content = typeof content === "string"
      ? ENCODER.encode(content)
      : content;
    this.node = {
      attr: (attr) => {
        attr.mode = 0o100644;
        attr.size = this.content.length;
        attr.mtimeNs = 0n;
      },
      open: (request, response) => {
        this.id = request.header.node;
        response.flags |= FOPEN_KEEP_CACHE;
        return this.node;
      },
      read: ({ offset, size }, response) => {
        this.reads++;
        response.data = this.content.subarray(offset, offset + size);
      },
    };
  }
}

export function assertNotCached(call: Promise<unknown>): Promise<Error> {
  return assertRejects(() => call, ErrNotCached, "ENOENT");
}

export async function assertCode(
  call: Promise<unknown>,
  code: string,
): Promise<void> {
  const error = await assertRejects(() => call, SyscallError);
  assertEquals((error as SyscallError).code, code);
}

export function turns(count: number): Promise<void> {
  return new Promise((resolve) => {
    const next = (): void => count-- > 0 ? void setImmediate(next) : resolve();
    next();
  });
}
