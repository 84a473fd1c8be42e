import * as op from "../abi/mod.ts";

/** The opcodes of the requests to which the kernel wants no answer. */
export const UNANSWERED: ReadonlySet<number> = new Set([
  op.FUSE_FORGET,
  op.FUSE_BATCH_FORGET,
  op.FUSE_INTERRUPT,
  op.FUSE_NOTIFY_REPLY,
]);
