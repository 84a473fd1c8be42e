import type { PathOperations } from "../../../../fuse/fs/mod.ts";
import { laterOperations } from "../../../_support/path_store.ts";

/** Both ways in which operations on paths can answer. */
export const WAYS: readonly (readonly [
  string,
  <H>(operations: PathOperations<H>) => PathOperations<H>,
])[] = [["at once", (it) => it], ["later", laterOperations]];
