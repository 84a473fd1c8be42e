/**
 * The protocol itself: a file with a greeting, served request by request with
 * nothing but a `Conn`.
 *
 * ```sh
 * deno run --allow-ffi examples/raw_hello.ts /mnt
 * cat /mnt/hello
 * ```
 *
 * @module
 */

import * as fuse from "@hostkit/hostkit/fuse";

const HELLO = 2n;
const CONTENT = new TextEncoder().encode("hello from the protocol\n");

function describe(node: bigint, attr: fuse.Attr): void {
  attr.inode = node;
  attr.nlink = 1;
  if (node === HELLO) {
    attr.mode = 0o100444; // a regular file, readable by all
    attr.size = CONTENT.length;
  } else attr.mode = 0o40555; // a directory
}

function lookup(request: fuse.LookupRequest): void {
  if (request.name !== "hello") {
    return request.respondError(new Deno.errors.NotFound());
  }
  const response = new fuse.LookupResponse();
  response.node = HELLO;
  describe(HELLO, response.attr);
  request.respond(response);
}

function getattr(request: fuse.GetattrRequest): void {
  const response = new fuse.GetattrResponse();
  describe(request.header.node, response.attr);
  request.respond(response);
}

function listing(): Uint8Array {
  const entries = [
    { inode: fuse.FUSE_ROOT_ID, type: fuse.DT_DIR, name: "." },
    { inode: fuse.FUSE_ROOT_ID, type: fuse.DT_DIR, name: ".." },
    { inode: HELLO, type: fuse.DT_REG, name: "hello" },
  ];
  let data = new Uint8Array(0);
  for (const entry of entries) data = fuse.appendDirent(data, entry);
  return data;
}

function read(request: fuse.ReadRequest): void {
  const { dir, offset, size } = request;
  const response = new fuse.ReadResponse();
  response.data = (dir ? listing() : CONTENT).subarray(offset, offset + size);
  request.respond(response);
}

function answer(request: fuse.Request): void {
  switch (request.opname) {
    case "LOOKUP":
      return lookup(request);
    case "GETATTR":
      return getattr(request);
    case "READ":
    case "READDIR":
      return read(request);
    default:
      // The kernel will not send this operation again, and does without it:
      // OPEN and OPENDIR then always succeed, and no file has extended
      // attributes.
      return request.respondUnsupported();
  }
}

/** Mounts the file system on a directory until Ctrl-C or umount(8). */
async function main(dir: string): Promise<void> {
  await using conn = await fuse.mount(dir, {
    fsName: "raw_hello",
    readOnly: true,
  });
  Deno.addSignalListener("SIGINT", () => fuse.unmount(conn));
  for await (const request of conn) answer(request);
  Deno.exit(0);
}

if (import.meta.main) main(Deno.args[0] ?? "/mnt");
