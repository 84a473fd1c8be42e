import { checkText } from "../../../ffi/internal.ts";

const CAP_SYS_ADMIN = 21n;

/**
 * Whether this process can mount a file system: by CAP_SYS_ADMIN, or with the
 * help of fusermount3. Use this to ignore tests that mount.
 *
 * @example Usage
 * ```ts ignore
 * import { canMount, withScene } from "@hostkit/hostkit/fuse/fs/testing";
 *
 * Deno.test("MyFS mounts", { ignore: !canMount() }, () =>
 *   withScene(async (scene) => {
 *     console.log(`an empty directory: ${scene.mnt}`);
 *   }));
 * ```
 */
export function canMount(): boolean {
  return Deno.build.os === "linux" && canOpen("/dev/fuse") &&
    (isAdministrator() || hasProgram("fusermount3"));
}

/**
 * Whether a program is found in `PATH`.
 *
 * @param name The program's name.
 *
 * @example Usage
 * ```ts
 * import { hasProgram } from "@hostkit/hostkit/fuse/fs/testing";
 *
 * console.assert(hasProgram("sh"));
 * ```
 */
export function hasProgram(name: string): boolean {
  checkText("name", name);
  return Deno.env.get("PATH")!.split(":").some((directory) => {
    try {
      const { isFile, mode } = Deno.statSync(`${directory}/${name}`);
      return isFile && (mode! & 0o111) !== 0;
    } catch {
      return false;
    }
  });
}

/** Whether CAP_SYS_ADMIN is effective. */
export function isAdministrator(): boolean {
  const status = Deno.readTextFileSync("/proc/self/status");
  const [, effective] = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)!;
  return (BigInt(`0x${effective}`) >> CAP_SYS_ADMIN & 1n) === 1n;
}

function canOpen(path: string): boolean {
  try {
    using _file = Deno.openSync(path, { read: true, write: true });
    return true;
  } catch {
    return false;
  }
}
