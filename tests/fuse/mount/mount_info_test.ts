import { assert, assertEquals } from "@std/assert";
import { decodeBytes } from "../../../ffi/c_string.ts";
import type { MountInfo } from "../../../fuse/conn/mounted.ts";
import {
  findMount,
  isFuse,
  listMounts,
  parseMountInfo,
} from "../../../fuse/mount/mount_info.ts";
import { bytesOf } from "../_dump.ts";

const ROOT: MountInfo = {
  id: 36,
  mountpoint: "/mnt",
  device: "0:42",
  type: "fuse.hostkit",
  source: "hello",
  options: "rw,nosuid,nodev,relatime",
};

/** Optional fields: none, one, and all of the kernel's with an unknown one. */
const OPTIONAL = [
  "",
  "shared:1 ",
  "shared:17 master:2 propagate_from:3 unbindable mystery:- ",
];

for (const optional of OPTIONAL) {
  Deno.test(`parseMountInfo() parses a line with "${optional}"`, () => {
    const line = "36 35 0:42 / /mnt rw,nosuid,nodev,relatime " + optional +
      "- fuse.hostkit hello rw,user_id=0,group_id=0";
    assertEquals(parseMountInfo(line), ROOT);
  });
}

Deno.test("parseMountInfo() undoes what the kernel escapes", () => {
  const line = "36 35 0:42 /a\\040root /a\\040b\\011c\\012d\\134e\\043f ro " +
    "- fuse.a\\040b my\\040source\\134x rw";
  assertEquals(parseMountInfo(line), {
    id: 36,
    mountpoint: "/a b\tc\nd\\e#f",
    device: "0:42",
    type: "fuse.a b",
    source: "my source\\x",
    options: "ro",
  });
});

Deno.test("parseMountInfo() undoes an escape once", () => {
  // A directory that is called \040, in four characters.
  const line = "36 35 0:42 / /\\134040 rw - fuse \\134134 rw";
  assertEquals(parseMountInfo(line).mountpoint, "/\\040");
  assertEquals(parseMountInfo(line).source, "\\134");
});

Deno.test("parseMountInfo() keeps a lone backslash", () => {
  const line = "36 35 0:42 / /a\\b\\08\\9 rw - fuse x rw";
  assertEquals(parseMountInfo(line).mountpoint, "/a\\b\\08\\9");
});

Deno.test("parseMountInfo() looks for the separator where it may be", () => {
  const line = "36 35 0:42 - - - - fuse - rw";
  const { mountpoint, options, type, source } = parseMountInfo(line);
  assertEquals(
    { mountpoint, options, type, source },
    { mountpoint: "-", options: "-", type: "fuse", source: "-" },
  );
});

Deno.test("parseMountInfo() takes an empty source", () => {
  const line = "36 35 0:42 / /mnt rw - fuse  rw,user_id=0";
  const { type, source } = parseMountInfo(line);
  assertEquals({ type, source }, { type: "fuse", source: "" });
});

Deno.test("parseMountInfo() keeps bytes that are not UTF-8", () => {
  const line = decodeBytes(bytesOf(`
    333620333520303a3432202f20  36 35 0:42 /
    2f6d6e742fc3a9              /mnt/é
    ff                          a byte that is not UTF-8
    5c303430                    an escaped space
    207277202d206675736520      rw - fuse
    e9                          a byte that is not UTF-8
    207277                      rw
  `));
  const { mountpoint, source } = parseMountInfo(line);
  assertEquals(mountpoint, "/mnt/é\udcff ");
  assertEquals(source, "\udce9");
});

Deno.test("isFuse() takes fuse, fuseblk and their subtypes, not fusectl", () => {
  const fuse = ["fuse", "fuseblk", "fuse.hostkit", "fuse.", "fuseblk.ntfs"];
  const others = ["fusectl", "fuse2", "fusefs", "ext4", "", "xfuse", "proc"];
  assertEquals(fuse.filter((type) => !isFuse({ ...ROOT, type })), []);
  assertEquals(others.filter((type) => isFuse({ ...ROOT, type })), []);
});

const ignore = Deno.build.os !== "linux";

Deno.test("listMounts() lists this process's mounts", { ignore }, () => {
  const mounts = listMounts();
  assert(mounts.some(({ mountpoint }) => mountpoint === "/"));
  const proc = mounts.find(({ mountpoint }) => mountpoint === "/proc");
  assertEquals(proc?.type, "proc");
});

Deno.test(
  "findMount() finds the mount of a path of its own",
  { ignore },
  () => {
    assertEquals(findMount("/proc")?.mountpoint, "/proc");
    assertEquals(findMount("/proc/"), undefined);
    assertEquals(findMount("/proc/self"), undefined);
    assertEquals(findMount(""), undefined);
  },
);
