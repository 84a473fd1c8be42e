import { showState } from "../../../ffi/internal.ts";
import { DT_REG } from "../../abi/mod.ts";
import type { Attr, Dirent } from "../../message/mod.ts";
import type { FS, Handle, Node } from "../node.ts";

const NAME = "hello";
const FILE_ID = 2;
const CONTENT = new TextEncoder().encode("hello, world\n");

/** A file system with one file, `hello`, that says hello. */
export class HelloFS implements FS {
  static {
    showState(this, () => ({}));
  }

  readonly #root = new HelloDir();

  /** Returns the root directory. */
  root(): Node {
    return this.#root;
  }

  /** Returns the id of the only file. */
  idOf(): number {
    return FILE_ID;
  }

  /** Returns the file for its id. */
  nodeById(id: number): Node | undefined {
    return id === FILE_ID ? this.#root.file : undefined;
  }
}

class HelloDir implements Node, Handle {
  readonly file = new HelloFile();

  attr(attr: Attr): void {
    attr.mode = 0o40555;
    attr.nlink = 2;
  }

  lookup(name: string): Node | undefined {
    return name === NAME ? this.file : undefined;
  }

  readDirAll(): Dirent[] {
    return [{ type: DT_REG, name: NAME }];
  }
}

class HelloFile implements Node, Handle {
  attr(attr: Attr): void {
    attr.mode = 0o100444;
    attr.size = CONTENT.length;
  }

  readAll(): Uint8Array {
    return CONTENT;
  }
}
