/**
 * The module of a mirror, for Workers that serve one: see `mountModule`.
 *
 * @module
 */

import { MirrorFS, type MirrorOptions } from "./mirror_fs.ts";

/** What the Workers are told. */
export interface MirrorData extends MirrorOptions {
  /** The directory to show. */
  readonly source: string;
}

/** Makes a Worker's mirror. */
export default function ({ source, ...options }: MirrorData): MirrorFS {
  return new MirrorFS(source, options);
}
