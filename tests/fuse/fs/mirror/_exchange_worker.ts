/**
 * The thread that `_exchange.ts` is for.
 *
 * @module
 */

import { lstat } from "../../../_support/sys/mod.ts";
import { obey, type Order } from "./_exchange.ts";

const thread = globalThis as unknown as {
  onmessage: (event: { readonly data: Order }) => void;
  postMessage(message: string): void;
};

thread.onmessage = ({ data }) => obey(data);
// A user cannot open libc any more.
lstat("/");
thread.postMessage("ready");
