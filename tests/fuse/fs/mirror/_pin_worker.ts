/**
 * Looks files up in a shared table and forgets them, with many others.
 *
 * @module
 */

import { IDENTITY, PinTable } from "../../../../fuse/fs/mirror/pin_table.ts";
import { rounds } from "../../../_support/platform.ts";
import { openNull } from "./_open_null.ts";

const thread = globalThis as unknown as {
  onmessage: (event: { readonly data: SharedArrayBuffer }) => void;
  postMessage(message: number): void;
};

thread.onmessage = ({ data }) => {
  const table = new PinTable(data);
  let wrong = 0;
  for (let i = 0; i < rounds(1000); i++) {
    const identity = new Int32Array(IDENTITY).fill(i % 7);
    let id = table.find(identity);
    if (id === 0) id = table.add(identity, openNull());
    // While this thread counts for the file, it keeps its id and descriptor.
    if (table.fdOf(id) < 0) wrong++;
    const again = table.find(identity);
    if (again !== id) wrong++;
    table.forget(id, 2);
  }
  table.close();
  thread.postMessage(wrong);
};
