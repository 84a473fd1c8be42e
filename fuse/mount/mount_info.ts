import { decodeBytes } from "../../ffi/internal.ts";
import { readFile } from "../../posix/internal.ts";
import type { MountInfo } from "../conn/mod.ts";

/**
 * Returns the mounts of this process's mount namespace, oldest first, from
 * `/proc/self/mountinfo` (proc_pid_mountinfo(5)). This accesses no file system,
 * so it works even while a file system hangs.
 *
 * @throws {SyscallError} As open(2) and read(2), if there is no `/proc`.
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

/** Decodes the kernel's octal escapes, such as `\040` for a space. */
function unescape(field: string): string {
  return field.replace(
    /\\([0-7]{3})/g,
    (_, octal: string) => String.fromCharCode(parseInt(octal, 8)),
  );
}

/** Returns the topmost mount whose mount point is this path, if any. */
export function findMount(path: string): MountInfo | undefined {
  return listMounts().findLast(({ mountpoint }) => mountpoint === path);
}

/** Returns the current state of a mount, which may have moved, if it exists. */
export function findAgain({ id, device }: MountInfo): MountInfo | undefined {
  return listMounts().find((mount) =>
    mount.id === id && mount.device === device
  );
}

/** When to update the access time: never, as with `relatime`, or always. */
export type AtimeMode = "none" | "relative" | "strict";

/** Returns when a mount's access times are updated, by its options. */
export function atimeMode({ options }: MountInfo): AtimeMode {
  const words = options.split(",");
  if (words.includes("noatime") || words.includes("ro")) return "none";
  return options === "" || words.includes("relatime") ? "relative" : "strict";
}

/** Whether a mount is a FUSE file system. */
export function isFuse({ type }: MountInfo): boolean {
  return /^fuse(blk)?(\.|$)/.test(type);
}

/** The bits of the minor number in the kernel's internal device numbers. */
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
