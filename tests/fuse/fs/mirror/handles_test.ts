import { assertEquals, assertThrows } from "@std/assert";
import { cString, libc } from "../../../../ffi/internal.ts";
import { SyscallError } from "../../../../ffi/mod.ts";
import { MirrorHandles } from "../../../../fuse/fs/mirror/handles.ts";
import { Stat } from "../../../../fuse/fs/mirror/stat.ts";
import { O_CLOEXEC, O_RDONLY } from "../../../../posix/mod.ts";
import { canMount } from "../../../_support/platform.ts";

/** A directory whose file system has file handles on every machine: tmpfs. */
const SHM = "/dev/shm";

Deno.test("MirrorHandles.open() tells a missing file from other errors", {
  ignore: !canMount || Deno.uid() !== 0,
}, () => {
  using after = new DisposableStack();
  const dir = Deno.makeTempDirSync({ dir: SHM });
  after.defer(() => Deno.removeSync(dir, { recursive: true }));
  const open = (path: string): number =>
    libc().open(cString(path), O_RDONLY | O_CLOEXEC, 0);
  const root = open(dir);
  const handles = new MirrorHandles(root);
  libc().close(root);
  after.defer(() => handles.close());
  const stat = new Stat();
  const add = (name: string) => {
    Deno.writeTextFileSync(`${dir}/${name}`, name);
    const fd = open(`${dir}/${name}`);
    stat.of(fd);
    stat.makeHome();
    const known = handles.add(stat.id, fd);
    libc().close(fd);
    return known;
  };
  const [kept, gone] = [add("kept"), add("gone")];
  Deno.removeSync(`${dir}/gone`);
  const fd = handles.open(kept);
  assertEquals(fd !== undefined, true);
  libc().close(fd!);
  assertEquals(handles.open(gone), undefined);
  const wrong = { ...kept, handle: new Uint8Array(8).fill(0xff) };
  assertThrows(() => handles.open(wrong), SyscallError, "EINVAL");
});
