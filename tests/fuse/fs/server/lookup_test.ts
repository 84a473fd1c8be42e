import { assertEquals, assertNotEquals, assertObjectMatch } from "@std/assert";
import { SyscallError } from "../../../../ffi/mod.ts";
import { generateDynamicInode } from "../../../../fuse/fs/mod.ts";
import { inClient } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../../_support/nodes.ts";

for (const [when, answering] of WAYS) {
  mountTest(
    `Node.lookup() that answers ${when} finds what is there`,
    async (scene) => {
      const root = directory({
        "hello": file("hello"),
        "sub": directory({ "deep": file("deep") }),
        "ünï \n": file("odd"),
      });
      await using _session = await scene.mount(answering(fsOf(root)));
      const found = await inClient(
        scene.mnt,
        ({ attempt, content, stat }, mnt) => [
          content(mnt + "/hello"),
          content(mnt + "/sub/deep"),
          content(mnt + "/ünï \n"),
          attempt(stat, mnt + "/missing"),
          attempt(stat, mnt + "/sub/hello"),
        ],
      );
      assertEquals(found, ["hello", "deep", "odd", "ENOENT", "ENOENT"]);
    },
  );

  mountTest(
    `Errors that handlers throw when they answer ${when} become errnos`,
    async (scene) => {
      const thrown: Record<string, unknown> = {
        "not-found": new Deno.errors.NotFound("no"),
        "denied": new Deno.errors.PermissionDenied("no"),
        "syscall": new SyscallError("open", 122), // EDQUOT
        "coded": Object.assign(new Error("no"), { code: "ENOSPC" }),
        "defect": new Error("a defect"),
        "nothing": undefined,
      };
      const root = directory({}, {
        lookup: (name) => {
          throw thrown[name];
        },
      });
      await using _session = await scene.mount(answering(fsOf(root)));
      const seen = await inClient(
        scene.mnt,
        ({ attempt, stat }, mnt, ...names) =>
          names.map((name) => attempt(stat, `${mnt}/${name}`)),
        ...Object.keys(thrown),
      );
      assertEquals(seen, [
        "ENOENT",
        "EACCES",
        "EDQUOT",
        "ENOSPC",
        "EIO",
        "EIO",
      ]);
      assertEquals(scene.errors, [thrown.defect, undefined]);
      scene.errors.length = 0;
    },
  );

  mountTest(
    `A mode without a file type is EIO and reported once, ${when}`,
    async (scene) => {
      const untyped = file("x", {
        attr: (attr) => {
          attr.mode = 0o644;
        },
      });
      const root = directory({ untyped });
      await using _session = await scene.mount(answering(fsOf(root)));
      const seen = await inClient(
        scene.mnt,
        ({ attempt, stat }, mnt) => attempt(stat, mnt + "/untyped"),
      );
      assertEquals(seen, "EIO");
      assertEquals(scene.takeErrors(), [
        "Cannot use attributes whose mode has no file type",
      ]);
    },
  );
}

mountTest(
  "Node.lookup() is asked again for a missing name, unless negativeValidMs says for how long not",
  async (scene) => {
    for (const [negativeValidMs, expected] of [[0, 3], [600_000, 1]] as const) {
      let asked = 0;
      const root = directory({}, { lookup: () => void asked++ });
      await using _session = await scene.mount(fsOf(root), { negativeValidMs });
      assertEquals(
        await inClient(
          scene.mnt,
          ({ attempt, stat }, mnt) =>
            [1, 2, 3].map(() => attempt(stat, mnt + "/missing")),
        ),
        [
          "ENOENT",
          "ENOENT",
          "ENOENT",
        ],
      );
      assertEquals(asked, expected);
    }
  },
);

mountTest(
  "entryValidMs and attrValidMs say how long names and attributes are cached",
  async (scene) => {
    for (const [validMs, expected] of [[0, 3], [600_000, 1]] as const) {
      let lookups = 0;
      const hello = file("hello");
      const root = directory({}, { lookup: () => (lookups++, hello) });
      await using _session = await scene.mount(fsOf(root), {
        entryValidMs: validMs,
        attrValidMs: validMs,
      });
      await inClient(scene.mnt, ({ stat }, mnt) => {
        for (let i = 0; i < 3; i++) stat(mnt + "/hello");
      });
      assertEquals(lookups, expected);
    }
  },
);

mountTest(
  "Node.lookup() may fill in the attributes, which saves a call of attr()",
  async (scene) => {
    let attrs = 0;
    const child = file("x", { attr: () => void attrs++ });
    const root = directory({}, {
      lookup: (_name, _request, response) => {
        response.attr.mode = 0o100600;
        response.attr.size = 42;
        response.attr.validMs = 600_000;
        return child;
      },
    });
    await using _session = await scene.mount(fsOf(root), { attrValidMs: 0 });
    const { mode, size } = await inClient(
      scene.mnt,
      ({ lstat }, mnt) => lstat(mnt + "/x"),
    );
    assertEquals([mode, size, attrs], [0o100600, 42, 0]);
  },
);

mountTest(
  "Node.attr() has defaults: one link, the server's user, the time it started",
  async (scene) => {
    const before = BigInt(Date.now()) * 1_000_000n;
    await using _session = await scene.mount(
      fsOf(directory({ hello: file("hello") })),
    );
    const after = BigInt(Date.now()) * 1_000_000n;
    const { atime: _a, ctime: _c, blksize: _b, dev: _d, mtime, ...rest } =
      await inClient(scene.mnt, ({ lstat }, mnt) => lstat(mnt + "/hello"));
    assertEquals(rest, {
      ino: generateDynamicInode(1n, "hello"),
      mode: 0o100644,
      nlink: 1,
      uid: Deno.uid(),
      gid: Deno.gid(),
      size: 5,
      rdev: 0n,
      blocks: 0,
    });
    assertEquals(mtime >= before && mtime <= after, true, `${mtime}`);
  },
);

mountTest("Every field of Attr reaches stat(2)", async (scene) => {
  const odd = file("", {
    attr: (attr) => {
      attr.inode = 0xffff_ffff_ffff_fff0n;
      attr.mode = 0o20000 | 0o7777;
      attr.nlink = 7;
      attr.uid = 4_000_000_000;
      attr.gid = 1234;
      attr.size = Number.MAX_SAFE_INTEGER;
      attr.blocks = 99;
      attr.rdev = 5 << 8 | 1;
      attr.mtimeNs = -1n;
    },
  });
  await using _session = await scene.mount(fsOf(directory({ odd })));
  assertObjectMatch(
    await inClient(scene.mnt, ({ lstat }, mnt) => lstat(mnt + "/odd")),
    {
      ino: 0xffff_ffff_ffff_fff0n,
      mode: 0o27777,
      nlink: 7,
      uid: 4_000_000_000,
      gid: 1234,
      size: Number.MAX_SAFE_INTEGER,
      blocks: 99,
      rdev: 5n << 8n | 1n,
      mtime: -1n,
    },
  );
});

mountTest(
  "Node.getattr() is preferred to attr(), also for an open file with another handle",
  async (scene) => {
    const asked: string[] = [];
    const hello = file("hello", {
      attr: (attr) => {
        asked.push("attr");
        attr.mode = 0o100644;
      },
      getattr: (_request, { attr }) => {
        asked.push("getattr");
        attr.mode = 0o100644;
        attr.size = 5;
      },
      open: () => ({ readAll: () => new TextEncoder().encode("hello") }),
    });
    await using _session = await scene.mount(fsOf(directory({ hello })), {
      attrValidMs: 0,
    });
    await inClient(scene.mnt, ({ lstat }, mnt) => void lstat(mnt + "/hello"));
    assertEquals(asked, ["attr", "getattr"]);
    // Reading makes the kernel ask for the attributes of the open file.
    assertEquals(
      await inClient(scene.mnt, ({ content }, mnt) => content(mnt + "/hello")),
      "hello",
    );
    assertEquals(asked.slice(2).includes("attr"), false, `${asked}`);
  },
);

mountTest(
  "Handle.getattr() is preferred to the node's for an open file",
  async (scene) => {
    const asked: string[] = [];
    const hello = file("hello", {
      getattr: () => {
        throw new Deno.errors.NotSupported();
      },
      open: () => ({
        getattr: (_request, { attr }) => {
          asked.push("handle");
          attr.mode = 0o100644;
          attr.size = 5;
        },
        readAll: () => new TextEncoder().encode("hello"),
      }),
    });
    await using _session = await scene.mount(fsOf(directory({ hello })), {
      attrValidMs: 0,
    });
    assertEquals(
      await inClient(
        scene.mnt,
        ({ latin1, open, read }, mnt) =>
          latin1(read(open(mnt + "/hello", 0), 100)),
      ),
      "hello",
    );
    assertEquals(asked.length > 0, true);
  },
);

mountTest(
  "Inode numbers made up stay the same, and differ by name and directory",
  async (scene) => {
    const root = directory({
      a: directory({ x: file("1"), y: file("2") }),
      b: directory({ x: file("3") }),
    });
    // Nothing is cached, so each stat(2) asks the server.
    await using _session = await scene.mount(fsOf(root), {
      entryValidMs: 0,
      attrValidMs: 0,
    });
    const [first, second] = await inClient(scene.mnt, ({ lstat }, mnt) => {
      const names = ["", "/a", "/b", "/a/x", "/a/y", "/b/x"];
      return [1, 2].map(() => names.map((name) => lstat(mnt + name).ino));
    });
    assertEquals(first, second);
    assertEquals(new Set(first).size, 6);
    const a = generateDynamicInode(1n, "a");
    assertEquals(first![1], a);
    assertEquals(first![3], generateDynamicInode(a, "x"));
  },
);

mountTest(
  "FS.generateInode() replaces the made up inode numbers, in listings too",
  async (scene) => {
    const fs = fsOf(directory({ x: file("x") }), {
      generateInode: (parent, name) =>
        parent * 1000n + BigInt(name.charCodeAt(0)),
    });
    await using _session = await scene.mount(fs);
    const seen = await inClient(scene.mnt, ({ scandir, stat }, mnt) => [
      stat(mnt + "/x").ino,
      scandir(mnt).map(({ ino }) => ino),
    ]);
    assertEquals(seen, [1120n, [1120n]]);
  },
);

mountTest(
  "One node under two names is one file with one inode number",
  async (scene) => {
    const twice = file("twice", {
      attr: (attr) => {
        attr.mode = 0o100644;
        attr.nlink = 2;
      },
    });
    const root = directory({ a: twice, b: twice, c: file("once") });
    await using session = await scene.mount(fsOf(root));
    const [a, b, c] = await inClient(
      scene.mnt,
      ({ lstat }, mnt) =>
        ["/a", "/b", "/c"].map((name) => lstat(mnt + name).ino),
    );
    assertEquals(a, b);
    assertNotEquals(a, c);
    assertEquals(session.server.nodeCount, 3);
  },
);
