/**
 * Whose a process is. There is no way back, so it should have no other use.
 *
 * @module
 */

import { c, done } from "./libc.ts";

/** Becomes a user without privilege and without further groups. */
export function become(uid: number, gid: number): void {
  done("setgroups", c().setgroups(0n, null));
  done("setresgid", c().setresgid(gid, gid, gid));
  done("setresuid", c().setresuid(uid, uid, uid));
}
