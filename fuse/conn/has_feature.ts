import { Conn } from "./conn.ts";
import type { Request } from "../message/request.ts";

/** Whether a request came through a connection that has negotiated a feature. */
export function hasFeature(
  { header: { conn } }: Request,
  feature: bigint,
): boolean {
  return conn instanceof Conn && (conn.features & feature) !== 0n;
}
