/**
 * The module of a mirror, for Workers that serve one: see `mountModule`.
 *
 * @module
 */

import { MirrorFS } from "./mirror_fs.ts";
import type { MirrorOptions } from "./options.ts";

/** What the Workers are told. */
export interface MirrorData extends MirrorOptions {
  /** The directory to show. */
  readonly source: string;
}

/** Makes a Worker's mirror. */
export default function ({ source, ...options }: MirrorData): MirrorFS {
  return new MirrorFS(source, options);
}
