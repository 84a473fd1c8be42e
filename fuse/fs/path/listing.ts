import { SyscallError } from "../../../ffi/mod.ts";
import { EOPNOTSUPP } from "../../../posix/mod.ts";
import { DT_DIR } from "../../abi/mod.ts";
import type { Dirent } from "../../message/mod.ts";
import { andThen } from "../maybe_promise.ts";
import type { MaybePromise } from "../node.ts";
import type { Parent } from "./entry.ts";

/** Returns the entries of a directory, without hidden names. */
export function list<H>(directory: Parent<H>): MaybePromise<Dirent[]> {
  const { tree } = directory;
  const { operations } = tree;
  if (operations.readdir === undefined) {
    throw new SyscallError("readdir", EOPNOTSUPP);
  }
  const listed = directory.callByPath<Iterable<string | Dirent>>(
    undefined,
    (path, context) => operations.readdir!(path, context),
    () => [],
  );
  return andThen(listed, (entries) => [
    ...dots(directory),
    ...Array.from(
      entries,
      (entry) => typeof entry === "string" ? { name: entry } : entry,
    ).filter(({ name }) =>
      name !== "." && name !== ".." && !tree.isHidden(directory, name)
    ).map((entry) => numbered(directory, entry)),
  ]);
}

/** Returns the entries `.` and `..`, if their inode numbers are known. */
function dots<H>(directory: Parent<H>): Dirent[] {
  const { inode, above = directory } = directory;
  if (inode === undefined || above.inode === undefined) return [];
  return [
    { name: ".", inode, type: DT_DIR },
    { name: "..", inode: above.inode, type: DT_DIR },
  ];
}

/** Adds the inode number of a known node to an entry without one. */
function numbered<H>({ children }: Parent<H>, entry: Dirent): Dirent {
  const inode = children.get(entry.name)?.inode;
  return entry.inode || inode === undefined ? entry : { ...entry, inode };
}
