/**
 * The module for Workers that serve a mirror: see `mountModule`.
 *
 * @module
 */

import { MirrorFS } from "./mirror_fs.ts";
import type { MirrorOptions } from "./options.ts";

/** The data that the Workers receive. */
export interface MirrorData extends MirrorOptions {
  /** The directory to show. */
  readonly source: string;
}

/** Makes a Worker's mirror. */
export default function ({ source, ...options }: MirrorData): MirrorFS {
  return new MirrorFS(source, options);
}
