import { decodeBytes } from "../../ffi/internal.ts";
import { readFile } from "../../posix/internal.ts";
import type { MountInfo } from "../conn/mod.ts";

/**
 * Returns the mounts of this process's mount namespace, oldest first, from
 * `/proc/self/mountinfo` (proc_pid_mountinfo(5)). It asks no file system
 * anything, so it answers even while one of them hangs.
 *
 * @throws {SyscallError} As open(2) and read(2), where there is no `/proc`.
 */
export function listMounts(): MountInfo[] {
  const text = decodeBytes(readFile("/proc/self/mountinfo"));
  return text.split("\n").filter(Boolean).map(parseMountInfo);
}

/** Parses one line of mountinfo. */
export function parseMountInfo(line: string): MountInfo {
  const fields = line.split(" ");
  const separator = fields.indexOf("-", 6);
  return {
    id: Number(fields[0]),
    mountpoint: unescape(fields[4]!),
    device: fields[2]!,
    type: unescape(fields[separator + 1]!),
    source: unescape(fields[separator + 2]!),
    options: fields[5]!,
  };
}

/** Undoes the kernel's `\040` for the characters that separate fields. */
function unescape(field: string): string {
  return field.replace(
    /\\([0-7]{3})/g,
    (_, octal: string) => String.fromCharCode(parseInt(octal, 8)),
  );
}

/** Returns the mount that covers a path of its own, if one does. */
export function findMount(path: string): MountInfo | undefined {
  return listMounts().findLast(({ mountpoint }) => mountpoint === path);
}

/** Returns a mount as it is now, wherever that is, unless it is gone. */
export function findAgain({ id, device }: MountInfo): MountInfo | undefined {
  return listMounts().find((mount) =>
    mount.id === id && mount.device === device
  );
}

/** When to note an access: never, if it tells more than is known, always. */
export type AtimeMode = "none" | "relative" | "strict";

/** Returns when a mount's accesses are noted; without options as usual. */
export function atimeMode({ options }: MountInfo): AtimeMode {
  const words = options.split(",");
  if (words.includes("noatime") || words.includes("ro")) return "none";
  return options === "" || words.includes("relatime") ? "relative" : "strict";
}

/** Whether a mount is a FUSE file system. */
export function isFuse({ type }: MountInfo): boolean {
  return /^fuse(blk)?(\.|$)/.test(type);
}

/** How many bits of the kernel's own device numbers are the minor number. */
const MINOR_BITS = 20;

/** Returns the number of a mount's connection in the control file system. */
export function connectionOf({ device }: MountInfo): number {
  const [major, minor] = device.split(":").map(Number);
  return major! * 2 ** MINOR_BITS + minor!;
}

/** Returns the device number, `major:minor`, of a connection's mount. */
export function deviceOf(connection: number): string {
  const minors = 2 ** MINOR_BITS;
  return `${Math.floor(connection / minors)}:${connection % minors}`;
}
