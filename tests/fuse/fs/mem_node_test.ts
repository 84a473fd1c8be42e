import { assertEquals, assertThrows } from "@std/assert";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  FATTR_KILL_SUIDGID,
  FATTR_SIZE,
  FATTR_UID,
  LinkRequest,
  MkdirRequest,
  MknodRequest,
  OpenRequest,
  OpenResponse,
  ReleaseRequest,
  RemoveRequest,
  RenameRequest,
  SetattrRequest,
} from "../../../fuse/mod.ts";
import { MemDirectory } from "../../../fuse/fs/_mem_directory.ts";
import type { MemFile } from "../../../fuse/fs/_mem_file.ts";
import { MemVolume } from "../../../fuse/fs/_mem_volume.ts";

/** Makes a root directory; what the kernel checks first is not checked here. */
function makeRoot(): MemDirectory {
  const limits = { pages: 100, inodes: 100, links: 100 };
  const volume = new MemVolume(limits, false);
  return new MemDirectory(volume, { mode: 0o40755, uid: 0, gid: 0 });
}

function mkdir(parent: MemDirectory, name: string): MemDirectory {
  const request = Object.assign(new MkdirRequest(), { name, mode: 0o755 });
  return parent.mkdir(request) as MemDirectory;
}

function makeFile(parent: MemDirectory, name: string): MemFile {
  const fields = { name, mode: 0o106777 };
  const request = Object.assign(new MknodRequest(), fields);
  return parent.mknod(request) as MemFile;
}

function remove(parent: MemDirectory, name: string, dir: boolean): void {
  parent.remove(Object.assign(new RemoveRequest(dir), { name }));
}

function code(call: () => void): string {
  return assertThrows(call, SyscallError).code;
}

Deno.test("MemDirectory.rename() refuses to move a directory into itself", () => {
  const root = makeRoot();
  const inner = mkdir(mkdir(root, "a"), "b");
  const request = Object.assign(new RenameRequest(), {
    oldName: "a",
    newName: "c",
  });
  assertEquals(code(() => root.rename(request, inner)), "EINVAL");
  request.flags = 2; // RENAME_EXCHANGE
  request.newName = "b";
  assertEquals(code(() => inner.rename(request, root)), "ENOENT");
});

Deno.test("MemDirectory makes nothing in a directory that is gone", () => {
  const root = makeRoot();
  const gone = mkdir(root, "a");
  remove(root, "a", true);
  assertEquals(gone.nlink, 0);
  assertEquals(code(() => mkdir(gone, "b")), "ENOENT");
  assertEquals(code(() => makeFile(gone, "b")), "ENOENT");
});

Deno.test("MemDirectory.link() refuses directories, and what is not its own", () => {
  const root = makeRoot();
  const inner = mkdir(root, "a");
  const request = Object.assign(new LinkRequest(), { newName: "b" });
  assertEquals(code(() => root.link(request, inner)), "EPERM");
  assertEquals(code(() => root.link(request, { attr: () => {} })), "EXDEV");
});

Deno.test("MemFile keeps its content until it is closed, forgotten and removed", () => {
  for (const order of ["forget, close", "close, forget"]) {
    const root = makeRoot();
    const { volume } = root;
    const file = makeFile(root, "f");
    const open = file.open(new OpenRequest(), new OpenResponse());
    file.write(0, new Uint8Array(10));
    remove(root, "f", false);
    const steps = {
      forget: () => file.forget(),
      close: () => void open.release!(new ReleaseRequest()),
    };
    for (const step of order.split(", ")) {
      assertEquals([volume.pages, volume.inodes], [1, 2], step);
      steps[step as keyof typeof steps]();
    }
    assertEquals([volume.pages, volume.inodes], [0, 1], order);
    // Late news of what is freed change nothing.
    file.forget();
    assertEquals(volume.inodes, 1);
  }
});

Deno.test("MemNode.setattr() clears set-ID bits and capabilities where asked", () => {
  const file = makeFile(makeRoot(), "f");
  const request = new SetattrRequest();
  file.setXattr("security.capability", new Uint8Array(20));
  request.valid = FATTR_UID;
  file.setattr(request);
  assertEquals(file.mode, 0o106777);
  assertEquals(file.xattrs!.names(0), ["security.capability"]);
  request.valid |= FATTR_KILL_SUIDGID;
  file.setattr(request);
  assertEquals(file.mode, 0o100777);
  assertEquals(file.xattrs!.names(0), []);
});

Deno.test("MemNode.setattr() sets no size of what has none", () => {
  const request = Object.assign(new SetattrRequest(), { valid: FATTR_SIZE });
  assertEquals(code(() => mkdir(makeRoot(), "a").setattr(request)), "EISDIR");
});
