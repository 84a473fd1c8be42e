import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { DIRENT64 } from "../../../../ffi/abi_linux.ts";
import { SyscallError } from "../../../../ffi/mod.ts";
import { FUSE_DIRENT, FUSE_ENTRY_OUT } from "../../../../fuse/abi/structs.ts";
import { Reply, REPLY_BODY } from "../../../../fuse/message/reply.ts";
import { U64 } from "../../../../fuse/abi/u64.ts";
import {
  copyRecords,
  direntEnd,
  isDotsAt,
  nameAt,
  readRaw,
} from "../../../../fuse/fs/server/raw_directory.ts";
import { MirrorFS } from "../../../../fuse/fs/mod.ts";
import {
  appendDirent,
  mount,
  type MountOptions,
  type ReadRequest,
  ReadResponse,
} from "../../../../fuse/mod.ts";
import { cString } from "../../../../ffi/c_string.ts";
import { libc } from "../../../../ffi/libc.ts";
import { inClient, output } from "../../../_support/client.ts";
import { mountTest, type Scene } from "../../../_support/mount.ts";
import { assertBytes } from "../../_dump.ts";
import { RawServer } from "../../_raw_server.ts";

interface HostDirent {
  inode: bigint;
  cookie: bigint;
  type: number;
  name: string;
}

/** Returns what getdents64(2) writes for some entries. */
function hostRecords(entries: HostDirent[]): DataView<ArrayBuffer> {
  const { offset } = DIRENT64;
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { inode, cookie, type, name } of entries) {
    const { written } = new TextEncoder().encodeInto(
      name,
      bytes.subarray(at + offset.d_name),
    );
    const length = offset.d_name + written + 1 + 7 & ~7;
    view.setBigUint64(at + offset.d_ino, inode, true);
    view.setBigUint64(at + offset.d_off, cookie, true);
    view.setUint16(at + offset.d_reclen, length, true);
    view.setUint8(at + offset.d_type, type);
    at += length;
  }
  return new DataView(bytes.buffer, 0, at);
}

/** A reply whose memory has been used before. */
function usedReply(): Reply {
  const reply = new Reply(4096);
  reply.bytes.fill(0xee);
  return reply;
}

/** Appends what appendDirent() refuses: an entry with a long name. */
function appendLong(
  listing: Uint8Array<ArrayBuffer>,
  name: string,
): Uint8Array<ArrayBuffer> {
  const { offset, size } = FUSE_DIRENT;
  const bytes = new TextEncoder().encode(name);
  const end = listing.length + (size + bytes.length + 7 & ~7);
  const all = new Uint8Array(end);
  all.set(listing);
  const view = new DataView(all.buffer, listing.length);
  view.setBigUint64(offset.ino, 5n, true);
  view.setBigUint64(offset.off, BigInt(end), true);
  view.setUint32(offset.namelen, bytes.length, true);
  view.setUint32(offset.type, 8, true);
  all.set(bytes, listing.length + size);
  return all;
}

function open(path: string): number {
  return libc().open(cString(path), 0, 0);
}

function noInode(name: string): bigint {
  throw new Error(`${name} has an inode number`);
}

Deno.test("copyRecords() copies inode numbers, cookies, types and names", () => {
  const view = hostRecords([
    { inode: 0xfedc_ba98_7654_3210n, cookie: 1n, type: 4, name: "." },
    { inode: 2n, cookie: 0x7fff_ffff_ffff_fffen, type: 8, name: "12345678" },
  ]);
  const reply = usedReply();
  assertEquals(copyRecords(view, view.byteLength, reply, 4096, 0, noInode), 1);
  assertBytes(
    reply.bytes.subarray(REPLY_BODY, reply.length),
    `
    1032547698badcfe  ino
    0100000000000000  off
    01000000          namelen
    04000000          type
    2e                name
    00*7              padding
    0200000000000000  ino
    feffffffffffff7f  off
    08000000          namelen
    08000000          type
    3132333435363738  name, without padding
  `,
  );
});

Deno.test("copyRecords() leaves room, and makes up what is missing", () => {
  const view = hostRecords([
    { inode: 0n, cookie: 1n, type: 8, name: "ü" },
    { inode: 1n << 32n, cookie: 2n, type: 4, name: ".." },
    { inode: 5n, cookie: 3n, type: 8, name: ".x" },
    { inode: 5n, cookie: 4n, type: 8, name: "..." },
  ]);
  const reply = usedReply();
  const madeUp: string[] = [];
  const dots = copyRecords(view, view.byteLength, reply, 4096, 16, (name) => {
    madeUp.push(name);
    return 7n;
  });
  assertEquals([dots, madeUp], [1, ["ü"]]);
  const names: [string, boolean, bigint][] = [];
  for (let at = REPLY_BODY + 16; at < reply.length;) {
    const inode = reply.view.getBigUint64(at, true);
    names.push([nameAt(reply, at), isDotsAt(reply, at), inode]);
    assertEquals(reply.bytes[at - 1], 0xee, "The room is somebody else's");
    at = direntEnd(reply, at) + 16;
  }
  assertEquals(names, [
    ["ü", false, 7n],
    ["..", true, 1n << 32n],
    [".x", false, 5n],
    ["...", false, 5n],
  ]);
});

Deno.test("copyRecords() stops at the record that does not fit", () => {
  const view = hostRecords([
    { inode: 1n, cookie: 1n, type: 8, name: "1234" },
    { inode: 2n, cookie: 2n, type: 8, name: "5678" },
  ]);
  for (const [limit, count] of [[31, 0], [32, 1], [63, 1], [64, 2]] as const) {
    const reply = usedReply();
    const end = REPLY_BODY + limit;
    copyRecords(view, view.byteLength, reply, end, 0, noInode);
    assertEquals(reply.length, REPLY_BODY + 32 * count);
  }
});

for (const room of [0, FUSE_ENTRY_OUT.size]) {
  Deno.test(`readRaw() lists all in answers of any size, with room for ${room}`, async () => {
    const dir = await Deno.makeTempDir();
    const wanted = new Set([".", ".."]);
    for (let i = 0; i < 500; i++) {
      const name = "n".repeat(1 + i % 251) + i;
      wanted.add(name);
      await Deno.writeTextFile(`${dir}/${name}`, "");
    }
    const fd = open(dir);
    try {
      for (const size of [4096, 5000, 1 << 17, 1 << 20]) {
        const found: string[] = [];
        const cookie = new U64();
        for (;;) {
          const reply = usedReply();
          readRaw(fd, cookie, reply, size, room, noInode);
          assertEquals(reply.length <= REPLY_BODY + size, true);
          if (reply.length === REPLY_BODY) break;
          for (let at = REPLY_BODY + room; at < reply.length;) {
            found.push(nameAt(reply, at));
            cookie.read(reply.view, at + 8);
            at = direntEnd(reply, at) + room;
          }
        }
        assertEquals(found.length, wanted.size, `${size}`);
        assertEquals(new Set(found), wanted, `${size}`);
      }
    } finally {
      libc().close(fd);
      await Deno.remove(dir, { recursive: true });
    }
  });
}

Deno.test("readRaw() throws what lseek(2) and getdents64(2) say", async () => {
  const path = await Deno.makeTempFile();
  const read = (fd: number) =>
    readRaw(fd, new U64(), new Reply(), 4096, 0, noInode);
  assertThrows(() => read(-1), SyscallError, "EBADF");
  const fd = open(path);
  try {
    assertThrows(() => read(fd), SyscallError, "ENOTDIR");
  } finally {
    libc().close(fd);
    await Deno.remove(path);
  }
});

for (const [entryValidMs, knows] of [[0, false], [60_000, true]] as const) {
  mountTest(
    `A mirror's listing looks names up ${
      knows ? "that" : "only if they"
    } stay valid`,
    async (scene) => {
      const source = `${scene.dir}/source`;
      await Deno.mkdir(source);
      for (let i = 0; i < 50; i++) {
        await Deno.writeTextFile(`${source}/${i}`, "");
      }
      await using session = await scene.mount(new MirrorFS(source), {
        readdirplus: "always",
        entryValidMs,
        attrValidMs: 60_000,
      });
      const names = await output("sh", "-c", 'ls -U "$0" | wc -l', scene.mnt);
      assertEquals(names.trim(), "50");
      const { nodeCount } = session.server;
      if (knows) assertLess(50, nodeCount);
      else assertEquals(nodeCount, 1);
    },
  );
}

for (const readdirplus of ["always", "never"] as const) {
  mountTest(
    `Entries that are removed while a mirror is listed hide no other, readdirplus ${readdirplus}`,
    async (scene) => {
      const source = `${scene.dir}/source`;
      await Deno.mkdir(source);
      await using _session = await scene.mount(new MirrorFS(source), {
        readdirplus,
      });
      assertEquals(
        await inClient(scene.mnt, (sys, mnt) => {
          const names = Array.from({ length: 3000 }, (_, i) => `entry-${i}`);
          for (const name of names) sys.create(`${mnt}/${name}`);
          const fd = sys.open(mnt, sys.O_DIRECTORY);
          const seen = new Set<string>();
          for (;;) {
            const some = sys.getdents(fd);
            if (some.length === 0) break;
            for (const { name } of some) {
              if (name === "." || name === "..") continue;
              seen.add(name);
              sys.unlink(`${mnt}/${name}`);
            }
          }
          return [names.every((name) => seen.has(name)), sys.listdir(mnt)];
        }),
        [true, []],
      );
    },
  );
}

/** Mounts a directory with a listing, and a mirror of it. */
async function mountMirrorOf(
  scene: Scene,
  listing: Uint8Array,
  options: MountOptions,
): Promise<AsyncDisposable> {
  const below = `${scene.dir}/below`;
  await Deno.mkdir(below);
  const conn = await mount(below, { readdirplus: "never" });
  await using stack = new AsyncDisposableStack();
  stack.use(
    new RawServer(conn, below, {
      READDIR(request: ReadRequest) {
        const response = new ReadResponse();
        response.data = listing.subarray(request.offset);
        request.respond(response);
      },
    }),
  );
  // It must not wait for the lower one on the same thread.
  const mirror = import.meta.resolve("../../../../fuse/fs/mirror/module.ts");
  const data = { source: below };
  stack.use(await scene.mountModule(mirror, { ...options, data }));
  return stack.move();
}

mountTest(
  "A mirror lists what is behind names longer than 255 bytes",
  async (scene) => {
    let listing = new Uint8Array(0);
    const names = [".", "..", "a", "中".repeat(255), "b"];
    for (const name of names) {
      listing = appendLong(listing, name);
    }
    await using _mounts = await mountMirrorOf(scene, listing, {
      readdirplus: "always",
    });
    // A small buffer, as musl's.
    assertEquals(
      await inClient(scene.mnt, ({ getdents, open }, mnt) => {
        const fd = open(mnt, 0);
        const names: string[] = [];
        for (;;) {
          const some = getdents(fd, 2048);
          if (some.length === 0) return names;
          names.push(...some.map(({ name }) => name));
        }
      }),
      names,
    );
  },
);

mountTest(
  "A mirror of a directory without . and .. and inode numbers lists all of them",
  async (scene) => {
    let listing = new Uint8Array(0);
    for (const name of ["one", "two"]) {
      listing = appendDirent(listing, { name });
    }
    await using _mounts = await mountMirrorOf(scene, listing, {});
    for (let i = 0; i < 2; i++) {
      assertEquals(await output("ls", "-a", scene.mnt), ".\n..\none\ntwo\n");
    }
    assertEquals(
      await inClient(
        scene.mnt,
        ({ scandir }, mnt) => scandir(mnt).map(({ ino }) => ino > 0n),
      ),
      [true, true],
    );
  },
);
