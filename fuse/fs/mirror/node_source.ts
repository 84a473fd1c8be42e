import type { DescriptorShares } from "./descriptor_shares.ts";
import type { MirrorDirectories } from "./directories.ts";
import type { MirrorEntry, MirrorSource } from "./entry.ts";

/** The source of a mirror, as what is found in it sees it. */
export interface NodeSource<N extends MirrorEntry> extends MirrorSource {
  readonly directories: MirrorDirectories;
  /** What all Workers know, where several serve. */
  readonly pins: { readonly shares: DescriptorShares } | undefined;
  /** Returns the node of the file that `stat` describes, if there is one. */
  known(): N | undefined;
  /** Returns the node of the file that `stat` describes, for a user. */
  node(open: () => number, uid: number): N;
  /** Lets go of a node that the kernel has forgotten. */
  forget(node: N): void;
}
