import { type Conn, FUSE_OVER_IO_URING } from "../../fuse/mod.ts";

/** Whether requests come through io_uring. */
export function isOverUring({ conn }: { readonly conn: Conn }): boolean {
  return (conn.features & FUSE_OVER_IO_URING) !== 0n;
}
