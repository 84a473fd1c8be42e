import { errnoName } from "../../../posix/mod.ts";
import {
  FOPEN_NOFLUSH,
  FOPEN_PASSTHROUGH,
  FUSE_PASSTHROUGH,
} from "../../abi/mod.ts";
import type { Conn } from "../../conn/mod.ts";
import type { HandleEntry } from "./handle_table.ts";
import type { OpenFiles } from "./node_table.ts";

/** The part of an answer to OPEN or CREATE that describes the open file. */
interface OpenAnswer {
  flags: number;
  backing: number | undefined;
  backingId: number;
}

/**
 * The backing files of a session: open files of another file system that the
 * kernel reads and writes itself, without READ and WRITE requests
 * (`FOPEN_PASSTHROUGH`).
 *
 * All open files of a node share one backing file, or none has one: the kernel
 * does not open a file with a backing file while it is open without one, or the
 * reverse.
 */
export class Backings {
  readonly #conn: Conn;
  readonly #isOn: boolean;
  /** The number of files that were opened with a backing file. */
  opened = 0;
  /**
   * The number of files whose backing file was refused: the server serves them.
   */
  refused = 0;
  /** The errno of the last refusal. */
  #errno = 0;

  /** Checks whether the kernel has agreed to passthrough. */
  constructor(conn: Conn) {
    this.#conn = conn;
    this.#isOn = (conn.features & FUSE_PASSTHROUGH) !== 0n;
  }

  /** The name of the errno with which the kernel refused the last one. */
  get error(): string | undefined {
    return this.#errno === 0 ? undefined : errnoName(this.#errno);
  }

  /** Gives an open file its backing file, if it can have one. */
  open(entry: HandleEntry, answer: OpenAnswer): void {
    if (!this.#isOn) return;
    const files = entry.owner.files ??= { backingId: 0, backed: 0, plain: 0 };
    if (files.backed === 0) {
      const id = this.#register(files, answer.backing);
      if (id === 0) {
        files.plain++;
        return;
      }
      files.backingId = id;
    }
    files.backed++;
    this.opened++;
    entry.isBacked = true;
    answer.backingId = files.backingId;
    // The other flags are about the page cache, which passthrough does not use.
    answer.flags = answer.flags & FOPEN_NOFLUSH | FOPEN_PASSTHROUGH;
  }

  /** Records that a file is no longer open. */
  release({ owner: { files }, isBacked }: HandleEntry): void {
    if (files === undefined) return;
    if (!isBacked) files.plain--;
    else if (--files.backed === 0) this.#conn.closeBacking(files.backingId);
  }

  /** Returns the id of a new backing file, 0 if there is to be none. */
  #register({ plain }: OpenFiles, fd: number | undefined): number {
    if (fd === undefined) return 0;
    if (plain === 0) {
      const id = this.#conn._openBacking(fd);
      if (id > 0) return id;
      this.#errno = -id;
    }
    this.refused++;
    return 0;
  }
}
