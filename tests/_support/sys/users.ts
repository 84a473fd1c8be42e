/**
 * Whose a process is.
 *
 * @module
 */

import { c, done } from "./libc.ts";

/** Who asks. */
export interface User {
  readonly uid: number;
  readonly gid?: number;
  readonly groups?: readonly number[];
}

/** Calls a function as another user, who is root again when it returns. */
export function as<T>(
  { uid, gid = uid, groups = [] }: User,
  call: () => T,
): T {
  setGroups(groups);
  done("setegid", c().setegid(gid));
  done("seteuid", c().seteuid(uid));
  try {
    return call();
  } finally {
    done("seteuid", c().seteuid(0));
    done("setegid", c().setegid(0));
    setGroups([]);
  }
}

function setGroups(groups: readonly number[]): void {
  const ids = new Uint8Array(new Uint32Array(groups).buffer);
  done("setgroups", c().setgroups(BigInt(groups.length), ids));
}

/** Becomes a user without further groups, for good. */
export function become(uid: number, gid: number): void {
  setGroups([]);
  done("setresgid", c().setresgid(gid, gid, gid));
  done("setresuid", c().setresuid(uid, uid, uid));
}
