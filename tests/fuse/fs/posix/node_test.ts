import { assertEquals, assertThrows } from "@std/assert";
import { SyscallError } from "../../../../ffi/mod.ts";
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
  SymlinkRequest,
} from "../../../../fuse/mod.ts";
import { PosixDirectory } from "../../../../fuse/fs/posix/directory.ts";
import type { PosixFile } from "../../../../fuse/fs/posix/file.ts";
import { MemVolume } from "../../../../fuse/fs/memory/volume.ts";

/** Makes a root directory; what the kernel checks first is not checked here. */
function makeRoot(): PosixDirectory {
  const limits = { pages: 100, inodes: 100, links: 100 };
  const volume = new MemVolume(limits, false);
  return new PosixDirectory(volume, { mode: 0o40755, uid: 0, gid: 0 });
}

function mkdir(parent: PosixDirectory, name: string): PosixDirectory {
  const request = Object.assign(new MkdirRequest(), { name, mode: 0o755 });
  return parent.mkdir(request) as PosixDirectory;
}

function makeFile(parent: PosixDirectory, name: string): PosixFile {
  const fields = { name, mode: 0o106777 };
  const request = Object.assign(new MknodRequest(), fields);
  return parent.mknod(request) as PosixFile;
}

function remove(parent: PosixDirectory, name: string, dir: boolean): void {
  parent.remove(Object.assign(new RemoveRequest(dir), { name }));
}

function code(call: () => void): string {
  return assertThrows(call, SyscallError).code;
}

Deno.test("PosixDirectory.rename() refuses to move a directory into itself", () => {
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

Deno.test("PosixDirectory.rename() refuses to replace, whatever is replaced", () => {
  const root = makeRoot();
  const file = makeFile(root, "a");
  root.link(Object.assign(new LinkRequest(), { newName: "b" }), file);
  const fields = { oldName: "a", newName: "b", flags: 1 }; // RENAME_NOREPLACE
  const request = Object.assign(new RenameRequest(), fields);
  assertEquals(code(() => root.rename(request, root)), "EEXIST");
});

Deno.test("PosixDirectory.symlink() sets the security contexts it is given", () => {
  const value = new Uint8Array([1, 2]);
  const link = makeRoot().symlink(Object.assign(new SymlinkRequest(), {
    newName: "a",
    target: "b",
    securityContexts: [{ name: "security.selinux", value }],
  }));
  assertEquals(link.xattrs?.get("security.selinux"), value);
  assertEquals(link.mode, 0o120777);
});

Deno.test("PosixDirectory makes nothing in a directory that is gone", () => {
  const root = makeRoot();
  const gone = mkdir(root, "a");
  remove(root, "a", true);
  assertEquals(gone.nlink, 0);
  assertEquals(code(() => mkdir(gone, "b")), "ENOENT");
  assertEquals(code(() => makeFile(gone, "b")), "ENOENT");
});

Deno.test("PosixDirectory.link() refuses directories, and what is not its own", () => {
  const root = makeRoot();
  const inner = mkdir(root, "a");
  const request = Object.assign(new LinkRequest(), { newName: "b" });
  assertEquals(code(() => root.link(request, inner)), "EPERM");
  assertEquals(code(() => root.link(request, { attr: () => {} })), "EXDEV");
});

Deno.test("PosixFile keeps its content until it is closed, forgotten and removed", () => {
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

Deno.test("PosixNode.setattr() clears set-ID bits and capabilities where asked", () => {
  const file = makeFile(makeRoot(), "f");
  const request = new SetattrRequest();
  file.setXattr("security.capability", new Uint8Array(20));
  request.valid = FATTR_UID;
  file.setattr(request);
  assertEquals(file.mode, 0o106777);
  assertEquals([...file.xattrs!.names()], ["security.capability"]);
  request.valid |= FATTR_KILL_SUIDGID;
  file.setattr(request);
  assertEquals(file.mode, 0o100777);
  assertEquals([...file.xattrs!.names()], []);
});

Deno.test("PosixNode.setattr() sets no size of what has none", () => {
  const request = Object.assign(new SetattrRequest(), { valid: FATTR_SIZE });
  assertEquals(code(() => mkdir(makeRoot(), "a").setattr(request)), "EISDIR");
});
