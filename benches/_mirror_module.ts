import { type FS, MirrorFS, type MirrorOptions } from "../fuse/fs/mod.ts";

/** The data of a Worker: the source, and the options of the mirror. */
export interface MirrorData extends MirrorOptions {
  readonly source: string;
}

/** Creates the mirror in a Worker. */
export default function mirror({ source, ...options }: MirrorData): FS {
  return new MirrorFS(source, options);
}
