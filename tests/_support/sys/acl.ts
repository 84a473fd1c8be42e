/**
 * Access control lists, in short words as in setfacl(1): `u::rw- u:1000:r-- …`.
 *
 * @module
 */

import { c, done } from "./libc.ts";
import { cString } from "../../../ffi/c_string.ts";
import { setxattr } from "./xattrs.ts";

/** The kind of list: for the file itself, or for what is made in it. */
export type AclKind = "access" | "default";

const VERSION = 2;
const NOBODY = 0xffff_ffff;
/** linux/posix_acl.h: `ACL_USER_OBJ`, `ACL_USER` and so on. */
const TAGS = { "u:": 1, "u": 2, "g:": 4, "g": 8, "m:": 16, "o:": 32 } as const;

/** Sets a list; its entries must be in order. */
export function setAcl(path: string, kind: AclKind, text: string): void {
  const entries = text.split(" ");
  const view = new DataView(new ArrayBuffer(4 + 8 * entries.length));
  view.setUint32(0, VERSION, true);
  for (const [i, entry] of entries.entries()) {
    const [who, id, rights] = entry.split(":") as [string, string, string];
    const tag = TAGS[(id === "" ? `${who}:` : who) as keyof typeof TAGS];
    const bits = [...rights].map((letter) => letter === "-" ? 0 : 1);
    view.setUint16(4 + 8 * i, tag, true);
    view.setUint16(6 + 8 * i, parseInt(bits.join(""), 2), true);
    view.setUint32(8 + 8 * i, id === "" ? NOBODY : Number(id), true);
  }
  setxattr(path, `system.posix_acl_${kind}`, new Uint8Array(view.buffer));
}

/** Returns a list. */
export function getAcl(path: string, kind: AclKind): string {
  const bytes = new Uint8Array(new ArrayBuffer(1024));
  const name = cString(`system.posix_acl_${kind}`);
  const size = BigInt(bytes.length);
  const length = done(
    "getxattr",
    c().getxattr(cString(path), name, bytes, size),
  );
  const view = new DataView(bytes.buffer);
  const entries: string[] = [];
  for (let at = 4; at < length; at += 8) {
    const [who] = Object.entries(TAGS)
      .find(([, tag]) => tag === view.getUint16(at, true))!;
    const rights = view.getUint16(at + 2, true);
    const letters = [..."rwx"].map((it, i) => (rights & 4 >> i) ? it : "-");
    const id = who.endsWith(":") ? "" : view.getUint32(at + 4, true);
    entries.push(`${who[0]}:${id}:${letters.join("")}`);
  }
  return entries.join(" ");
}
