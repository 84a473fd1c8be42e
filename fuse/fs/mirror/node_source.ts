import type { DescriptorShares } from "./descriptor_shares.ts";
import type { MirrorDirectories } from "./directories.ts";
import type { MirrorEntry, MirrorSource } from "./entry.ts";

/** The part of a mirror's source that its nodes use. */
export interface NodeSource<N extends MirrorEntry> extends MirrorSource {
  readonly directories: MirrorDirectories;
  /** The nodes that all Workers share, if several serve. */
  readonly pins: { readonly shares: DescriptorShares } | undefined;
  /** Returns the node of the file that `stat` describes, if there is one. */
  known(): N | undefined;
  /** Returns the node of the file that `stat` describes, counted for `uid`. */
  node(open: () => number, uid: number): N;
  /** Releases a node that the kernel has forgotten. */
  forget(node: N): void;
}
