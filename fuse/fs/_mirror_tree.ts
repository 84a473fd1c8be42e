import { AT_FDCWD } from "../../ffi/abi_linux.ts";
import { O_CLOEXEC, O_DIRECTORY, O_PATH } from "../../posix/constants_fcntl.ts";
import { cString } from "../../ffi/c_string.ts";
import { errno, libc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import { realpath } from "../_mountpoint.ts";
import { MirrorDirectories } from "./_mirror_directories.ts";
import { MirrorNode } from "./_mirror_node.ts";
import { type FileKey, Stat } from "./_stat.ts";

/** The source of a mirror, while it is mounted: its nodes and descriptors. */
export class MirrorTree {
  readonly stat: Stat = new Stat();
  /** The root's device: files on it have short keys. */
  readonly device: number;
  readonly directories: MirrorDirectories;
  readonly root: MirrorNode;
  readonly rootFd: number;
  readonly #nodes = new Map<FileKey, MirrorNode>();
  #hidden: { key: FileKey; name: string } | undefined;

  /** Opens a directory as the source. */
  constructor(source: string, exclude: string | undefined) {
    const path = realpath(source);
    const flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    this.rootFd = libc().openat(AT_FDCWD, cString(path), flags, 0);
    if (this.rootFd < 0) throw new SyscallError("openat", errno(), { path });
    this.stat.fstat(this.rootFd);
    this.device = this.stat.device;
    const key = this.stat.key(this.device);
    this.root = new MirrorNode(this, key, undefined, cString("."));
    this.#nodes.set(key, this.root);
    this.directories = new MirrorDirectories(
      this.rootFd,
      this.stat,
      this.device,
    );
    if (exclude !== undefined) this.#hide(exclude);
  }

  /** Returns the node of the file that `stat` describes, seen under a name. */
  node(parent: MirrorNode, cName: Uint8Array<ArrayBuffer>): MirrorNode {
    const key = this.stat.key(this.device);
    const known = this.#nodes.get(key);
    if (known === undefined) {
      const node = new MirrorNode(this, key, parent, cName);
      this.#nodes.set(key, node);
      return node;
    }
    if (known !== this.root) {
      known.parent = parent;
      known.cName = cName;
    }
    return known;
  }

  /** Whether a name is kept out of the mirror. */
  isHidden(directory: MirrorNode, name: string): boolean {
    return this.#hidden !== undefined && this.#hidden.name === name &&
      this.#hidden.key === directory.key;
  }

  /** Lets go of a node that the kernel has forgotten. */
  forget(node: MirrorNode): void {
    this.directories.close(node);
    if (this.#nodes.get(node.key) === node) this.#nodes.delete(node.key);
  }

  /** Closes every descriptor. */
  close(): void {
    this.directories.closeAll();
    this.#nodes.clear();
  }

  #hide(path: string): void {
    const [, parent, name] = /^(.*)\/([^/]+)$/.exec(realpath(path)) ?? [];
    if (parent === undefined) return;
    const directory = cString(parent || "/");
    if (this.stat.fstatat(AT_FDCWD, directory)) {
      this.#hidden = { key: this.stat.key(this.device), name: name! };
    }
  }
}
