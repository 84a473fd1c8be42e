import type { Node } from "../node.ts";

/** Returns the root of a file system; throws unless it is a node. */
export function checkRoot(root: Node): Node {
  if (typeof root?.attr === "function") return root;
  throw new TypeError("Cannot serve a file system whose root() is not a node");
}
