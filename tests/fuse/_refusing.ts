/**
 * Connections that a test does not serve. Others may look into a mount at any
 * time, and a request that nobody answers keeps it busy.
 *
 * @module
 */

import { type Conn, mount, type MountOptions } from "../../fuse/mod.ts";

/** Refuses all requests; returns when the session is over. */
export async function refuseAll(conn: Conn): Promise<void> {
  for await (const request of conn) request.respondUnsupported();
}

/** Mounts what refuses all requests. */
export async function mountRefusing(
  dir: string,
  options: MountOptions = {},
): Promise<Conn> {
  const conn = await mount(dir, options);
  void refuseAll(conn);
  return conn;
}
