/**
 * Scripts that tests of a file system in memory run in a fresh one.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  MemFS,
  type MemFSOptions,
  type Session,
} from "../../../fuse/fs/mod.ts";
import { python } from "../../_support/client.ts";
import { mountTest, type Scene } from "../../_support/mount.ts";

/** Mounts an empty one that everybody may use. */
function mount(scene: Scene, options: MemFSOptions = {}): Promise<Session> {
  const fs = new MemFS({ mode: 0o777, size: 1 << 26, ...options });
  return scene.mount(fs, {
    ...fs.mountOptions,
    allowOther: true,
    allowDev: true,
    allowSuid: true,
  });
}

/** What a script has besides: every other call is one of `mnt`. */
const PRELUDE = `
import ctypes, stat as st, time
libc = ctypes.CDLL(None, use_errno=True)
os.chdir(mnt)
def fallocate(fd, mode, offset, length):
    if libc.fallocate(fd, mode, ctypes.c_long(offset), ctypes.c_long(length)):
        raise OSError(ctypes.get_errno(), "fallocate")
def renameat2(old, new, flags):
    if libc.renameat2(-100, old.encode(), -100, new.encode(), flags):
        raise OSError(ctypes.get_errno(), "renameat2")
def link(fd, name):
    if libc.linkat(-100, b"/proc/self/fd/%d" % fd, -100, name.encode(), 0x400):
        raise OSError(ctypes.get_errno(), "linkat")
def make(name, content=b""):
    with open(name, "wb") as file: file.write(content)
def free():
    s = os.statvfs(".")
    return [s.f_bfree, s.f_ffree]
def settled(value, wanted):
    """What value() returns, once that is so: the kernel closes files later."""
    end = time.monotonic() + 20
    while value() != wanted and time.monotonic() < end: time.sleep(0.01)
    return value()
`;

/** Declares a test of a script: what it says, and what that must be. */
export function scriptTest(
  name: string,
  script: string,
  expected: unknown,
  options: MemFSOptions = {},
): void {
  mountTest(`MemFS: ${name}`, async (scene) => {
    await using _session = await mount(scene, options);
    assertEquals(await python(scene.mnt, PRELUDE + script), expected);
  });
}
