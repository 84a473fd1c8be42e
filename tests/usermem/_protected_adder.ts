/**
 * A Worker that adds to a word in a protected page.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import { ProcessIO } from "../../usermem/mod.ts";

self.onmessage = ({ data: { word, times } }) => {
  using io = ProcessIO.self();
  const opts = { ignorePermissions: true };
  for (let i = 0; i < times;) {
    const found = io.loadUint32(word);
    if (io.compareAndSwapUint32(word, found, found + 1, opts) === found) i++;
  }
  self.postMessage(undefined);
};
