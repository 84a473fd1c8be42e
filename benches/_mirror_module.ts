import { type FS, MirrorFS, type MirrorOptions } from "../fuse/fs/mod.ts";

/** What a Worker is told: the source, and what to leave out of it. */
export interface MirrorData extends MirrorOptions {
  readonly source: string;
}

/** Makes the mirror in a Worker. */
export default function mirror({ source, ...options }: MirrorData): FS {
  return new MirrorFS(source, options);
}
