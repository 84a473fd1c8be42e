/**
 * The protocol itself: a file with the current time, served request by request
 * with nothing but a `Conn`. The kernel caches the file until each tick
 * invalidates it.
 *
 * ```sh
 * deno run --allow-ffi examples/raw_clock.ts /mnt
 * watch -n 1 cat /mnt/clock
 * ```
 *
 * @module
 */

import { SyscallError } from "@hostkit/hostkit/ffi";
import * as fuse from "@hostkit/hostkit/fuse";

const CLOCK = 2n;
/** The time for which the kernel may cache names and attributes. */
const MINUTE_MS = 60_000;

let nowMs = 0;
let content = new Uint8Array(0);

function setTime(ms: number): void {
  nowMs = ms;
  content = new TextEncoder().encode(`${new Date(ms).toISOString()}\n`);
}

function describe(node: bigint, attr: fuse.Attr): void {
  attr.inode = node;
  attr.nlink = 1;
  attr.validMs = MINUTE_MS;
  if (node === CLOCK) {
    attr.mode = 0o100444; // a regular file, readable by all
    attr.size = content.length;
    attr.mtimeNs = BigInt(nowMs) * 1_000_000n;
  } else attr.mode = 0o40555; // a directory
}

function lookup(request: fuse.LookupRequest): void {
  if (request.name !== "clock") {
    return request.respondError(new Deno.errors.NotFound());
  }
  const response = new fuse.LookupResponse();
  response.node = CLOCK;
  response.entryValidMs = MINUTE_MS;
  describe(CLOCK, response.attr);
  request.respond(response);
}

function getattr(request: fuse.GetattrRequest): void {
  const response = new fuse.GetattrResponse();
  describe(request.header.node, response.attr);
  request.respond(response);
}

function open(request: fuse.OpenRequest): void {
  const response = new fuse.OpenResponse();
  // The data in the kernel's cache is valid until it is invalidated.
  if (!request.dir) response.flags = fuse.FOPEN_KEEP_CACHE;
  request.respond(response);
}

function listing(): Uint8Array {
  const entry = { inode: CLOCK, type: fuse.DT_REG, name: "clock" };
  return fuse.appendDirent(new Uint8Array(0), entry);
}

function read(request: fuse.ReadRequest): void {
  const { dir, offset, size } = request;
  const response = new fuse.ReadResponse();
  response.data = (dir ? listing() : content).subarray(offset, offset + size);
  request.respond(response);
}

function answer(request: fuse.Request): void {
  switch (request.opname) {
    case "LOOKUP":
      return lookup(request);
    case "GETATTR":
      return getattr(request);
    case "OPEN":
    case "OPENDIR":
      return open(request);
    case "READ":
    case "READDIR":
      return read(request);
    default:
      // The kernel will not send this operation again, and does without it.
      return request.respondUnsupported();
  }
}

async function tick(conn: fuse.Conn): Promise<void> {
  setTime(Date.now());
  try {
    await conn.invalidateNode(CLOCK, 0, -1);
  } catch (error) {
    // Nothing is cached yet, or the file system is unmounted.
    if (error instanceof fuse.ErrNotCached) return;
    if (error instanceof SyscallError && error.code === "ENODEV") return;
    throw error;
  }
}

/**
 * Mounts the file system on a directory until Ctrl-C or umount(8).
 *
 * @param dir The directory.
 * @param intervalMs The time between two ticks, in milliseconds.
 */
async function main(dir: string, intervalMs: number): Promise<void> {
  setTime(Date.now());
  await using conn = await fuse.mount(dir, {
    fsName: "raw_clock",
    readOnly: true,
  });
  const timer = setInterval(() => tick(conn), intervalMs);
  Deno.addSignalListener("SIGINT", () => fuse.unmount(conn));
  for await (const request of conn) answer(request);
  clearInterval(timer);
  Deno.exit(0);
}

if (import.meta.main) {
  main(Deno.args[0] ?? "/mnt", Number(Deno.args[1] ?? 1000));
}
