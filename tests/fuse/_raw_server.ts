/**
 * A server without the file system layer: it answers what a test says.
 *
 * @module
 */

import {
  type Attr,
  type Conn,
  GetattrRequest,
  GetattrResponse,
  LookupRequest,
  LookupResponse,
  mount,
  type MountOptions,
  type Request,
  unmount,
} from "../../fuse/mod.ts";
import type { Scene } from "../_support/mount.ts";

/** The node of the one file, which the root has under every name. */
export const FILE = 2n;

/** What answers requests, by the name of the opcode. */
export type Answers = Record<string, (request: never) => void>;

/** A mount that is served by hand; unmounted at the end of its scope. */
export class RawServer implements AsyncDisposable {
  readonly conn: Conn;
  readonly #dir: string;
  readonly #served: Promise<void>;

  constructor(conn: Conn, dir: string, answers: Answers) {
    this.conn = conn;
    this.#dir = dir;
    this.#served = serve(conn, answers);
  }

  /**
   * Mounts and serves. Unless a test answers them, the root is a directory in
   * which every name stands for one file; all else is not supported.
   */
  static async start(
    scene: Scene,
    answers: Answers,
    options: MountOptions = {},
  ): Promise<RawServer> {
    const conn = await mount(scene.mnt, options);
    return new RawServer(conn, scene.mnt, answers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await unmount(this.#dir, { lazy: true });
    await this.#served;
    await this.conn.close();
  }
}

async function serve(conn: Conn, answers: Answers): Promise<void> {
  for await (const request of conn) answer(request, answers);
}

function answer(request: Request, answers: Answers): void {
  const own = answers[request.opname];
  if (own !== undefined) own(request as never);
  else if (request instanceof GetattrRequest) {
    const response = new GetattrResponse();
    describe(response.attr, request.header.node);
    request.respond(response);
  } else if (request instanceof LookupRequest) {
    const response = new LookupResponse();
    response.node = FILE;
    response.entryValidMs = 60_000;
    describe(response.attr, FILE);
    request.respond(response);
  } else request.respondUnsupported();
}

function describe(attr: Attr, node: bigint): void {
  attr.validMs = 60_000;
  attr.inode = node;
  attr.nlink = 1;
  attr.mode = node === FILE ? 0o100644 : 0o40755;
}
