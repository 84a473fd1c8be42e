import type { RequestBase as Request } from "../message/mod.ts";
import { Conn } from "./conn.ts";

/** Whether a request came through a connection that negotiated a feature. */
export function hasFeature(
  { header: { conn } }: Request,
  feature: bigint,
): boolean {
  return conn instanceof Conn && (conn.features & feature) !== 0n;
}
