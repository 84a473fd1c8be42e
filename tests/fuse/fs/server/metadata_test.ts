import { assertEquals, assertMatch } from "@std/assert";
import { ErrNoXattr } from "../../../../fuse/mod.ts";
import { inClient, output, run } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../../_support/nodes.ts";

/** A symbolic link. */
function link(target: string) {
  return {
    attr: (attr: { mode: number }) => void (attr.mode = 0o120777),
    readlink: () => target,
  };
}

for (const [when, answering] of WAYS) {
  mountTest(
    `Node.getxattr() that answers ${when}: value, length, ERANGE, ENODATA`,
    async (scene) => {
      const values: Record<string, string> = {
        "user.colour": "green",
        "user.empty": "",
        "user.big": "x".repeat(65536),
      };
      const f = file("f", {
        getxattr: ({ name }) => {
          if (name === "user.thrown") throw new ErrNoXattr();
          const value = values[name];
          return value === undefined
            ? undefined
            : new TextEncoder().encode(value);
        },
      });
      await using _session = await scene.mount(
        answering(fsOf(directory({ f }))),
      );
      const seen = await inClient(
        scene.mnt,
        ({ attempt, getxattr, getxattrSize }, mnt) => {
          const f = mnt + "/f";
          const get = (name: string, size: number) =>
            attempt(() => {
              const length = getxattrSize(f, name, size);
              return [length, size === 0 ? "" : getxattr(f, name, size)];
            });
          return [
            get("user.colour", 5),
            get("user.colour", 100),
            get("user.colour", 4),
            get("user.colour", 0),
            get("user.empty", 0),
            get("user.empty", 9),
            get("user.none", 100),
            get("user.none", 0),
            get("user.thrown", 9),
            getxattr(f, "user.big").length,
          ];
        },
      );
      assertEquals(seen, [
        [5, "green"],
        [5, "green"],
        "ERANGE",
        [5, ""],
        [0, ""],
        [0, ""],
        "ENODATA",
        "ENODATA",
        "ENODATA",
        65536,
      ]);
    },
  );

  mountTest(
    `Node.listxattr() that answers ${when}: names, length, ERANGE, none`,
    async (scene) => {
      const root = directory({
        f: file("f", { listxattr: () => ["user.a", "user.\u00fc"] }),
        none: file("f", { listxattr: () => [] }),
        without: file("f"),
      });
      await using _session = await scene.mount(answering(fsOf(root)));
      const seen = await inClient(
        scene.mnt,
        ({ attempt, getxattr, listxattr, listxattrSize }, mnt) => [
          listxattr(mnt + "/f"),
          attempt(listxattrSize, mnt + "/f", 0),
          attempt(listxattrSize, mnt + "/f", 14),
          attempt(listxattrSize, mnt + "/f", 15),
          listxattr(mnt + "/f", 15),
          listxattr(mnt + "/none"),
          attempt(listxattrSize, mnt + "/none", 0),
          attempt(listxattrSize, mnt + "/without", 0),
          attempt(getxattr, mnt + "/without", "user.a"),
        ],
      );
      assertEquals(seen, [
        ["user.a", "user.\u00fc"],
        15,
        "ERANGE",
        15,
        ["user.a", "user.\u00fc"],
        [],
        0,
        "EOPNOTSUPP",
        "EOPNOTSUPP",
      ]);
    },
  );

  mountTest(
    `Node.readlink() that answers ${when} is followed`,
    async (scene) => {
      const root = directory({
        f: file("content"),
        relative: link("f"),
        dangling: link("missing"),
        long: link("x".repeat(4095)),
        bytes: link("\udcff\n"),
        loop: link("loop"),
        refused: {
          ...link(""),
          readlink: () => {
            throw new Deno.errors.PermissionDenied();
          },
        },
        mute: { attr: link("").attr },
      });
      await using _session = await scene.mount(answering(fsOf(root)));
      const seen = await inClient(
        scene.mnt,
        ({ attempt, content, readlink }, mnt) => [
          ...["relative", "dangling", "loop"].map((name) =>
            attempt(content, `${mnt}/${name}`)
          ),
          ...[
            "relative",
            "dangling",
            "long",
            "bytes",
            "loop",
            "refused",
            "mute",
          ]
            .map((name) => attempt(readlink, `${mnt}/${name}`)),
        ],
      );
      assertEquals(seen, [
        "content",
        "ENOENT",
        "ELOOP",
        "f",
        "missing",
        "x".repeat(4095),
        "\udcff\n",
        "loop",
        "EACCES",
        "EINVAL",
      ]);
    },
  );

  mountTest(
    `Node.access() that answers ${when} may refuse; without it all is allowed`,
    async (scene) => {
      const masks: number[] = [];
      const guarded = directory({}, {
        access: ({ mask }) => {
          masks.push(mask);
          if ((mask & 2) !== 0) throw new Deno.errors.PermissionDenied();
        },
      });
      const root = directory({ guarded, open: directory() });
      await using _session = await scene.mount(answering(fsOf(root)));
      const seen = await inClient(
        scene.mnt,
        ({ access, F_OK, R_OK, W_OK, X_OK }, mnt) => [
          access(mnt + "/guarded", R_OK),
          access(mnt + "/guarded", R_OK | W_OK),
          access(mnt + "/guarded", F_OK),
          access(mnt + "/open", R_OK | W_OK | X_OK),
        ],
      );
      assertEquals(seen, [true, false, true, true]);
      assertEquals(masks, [4, 6, 0]);
    },
  );

  mountTest(
    `FS.statfs() that answers ${when} fills in what df(1) shows`,
    async (scene) => {
      const fs = fsOf(directory(), {
        statfs: (_request, response) => {
          response.blocks = 1000;
          response.bfree = 600;
          response.bavail = 500;
          response.files = 42;
          response.ffree = 7;
          response.bsize = 65536;
          response.namelen = 200;
          response.frsize = 512;
        },
      });
      await using _session = await scene.mount(answering(fs));
      const seen = await inClient(scene.mnt, ({ statfs }, mnt) => {
        const s = statfs(mnt);
        return [
          ...[s.blocks, s.bfree, s.bavail, s.files, s.ffree],
          ...[s.bsize, s.namelen, s.frsize],
        ];
      });
      assertEquals(seen, [1000, 600, 500, 42, 7, 65536, 200, 512]);
    },
  );

  mountTest(
    `Node.setxattr() and removexattr() get name, value and flags, answering ${when}`,
    async (scene) => {
      const values = new Map<string, Uint8Array>();
      const fail = (code: string): never => {
        throw Object.assign(new Error(code), { code });
      };
      const f = file("", {
        setxattr: ({ name, xattr, flags }) => {
          if (flags === 1 && values.has(name)) fail("EEXIST");
          if (flags === 2 && !values.has(name)) fail("ENODATA");
          values.set(name, xattr.slice());
        },
        removexattr: ({ name }) => {
          if (!values.delete(name)) fail("ENODATA");
        },
        getxattr: ({ name }) => values.get(name),
        listxattr: () => values.keys(),
      });
      await using _session = await scene.mount(
        answering(fsOf(directory({ f }))),
      );
      const seen = await inClient(
        scene.mnt,
        ({ attempt, setxattr, ...sys }, mnt) => {
          const f = mnt + "/f";
          return [
            attempt(setxattr, f, "user.a", "1"),
            attempt(setxattr, f, "user.a", "2", sys.XATTR_CREATE),
            attempt(setxattr, f, "user.b", "", sys.XATTR_REPLACE),
            attempt(setxattr, f, "user.big", "x".repeat(65536)),
            attempt(setxattr, f, "user.empty", ""),
            sys.listxattr(f).sort(),
            sys.getxattr(f, "user.a"),
            sys.getxattr(f, "user.big").length,
            sys.getxattr(f, "user.empty"),
            attempt(sys.removexattr, f, "user.a"),
            attempt(sys.removexattr, f, "user.a"),
            sys.listxattr(f).sort(),
          ];
        },
      );
      assertEquals(seen, [
        ...[null, "EEXIST", "ENODATA", null, null],
        ["user.a", "user.big", "user.empty"],
        ...["1", 65536, "", null, "ENODATA"],
        ["user.big", "user.empty"],
      ]);
    },
  );
}

mountTest(
  "Without FS.statfs() the figures are 0, and df(1) lives with it",
  async (scene) => {
    await using _session = await scene.mount(fsOf(directory()));
    assertEquals(
      await inClient(scene.mnt, ({ statfs }, mnt) => {
        const s = statfs(mnt);
        return [s.blocks, s.bfree, s.bavail, s.files, s.ffree];
      }),
      [0, 0, 0, 0, 0],
    );
    assertMatch(await output("df", scene.mnt), /^hostkit .* 0 +0 +0 /m);
  },
);

mountTest(
  "Requests carry the caller's user, group and thread",
  async (scene) => {
    const seen = new Set<string>();
    const root = directory({}, {
      lookup: (_name, { header: { uid, gid, pid } }) =>
        void seen.add(JSON.stringify({ uid, gid, pid })),
    });
    await using _session = await scene.mount(fsOf(root), { allowOther: true });
    const words = ["setpriv", "--reuid=1234", "--regid=5678", "--clear-groups"];
    const { stdout } = await run(
      "sh",
      "-c",
      `echo $$; exec ${words.join(" ")} ls "$1/x"`,
      "sh",
      scene.mnt,
    );
    const pid = Number(stdout);
    assertEquals([...seen], [JSON.stringify({ uid: 1234, gid: 5678, pid })]);
  },
  { programs: ["setpriv"] },
);

mountTest(
  "fstatvfs(2) and stat(2) of the root are answered",
  async (scene) => {
    const fs = fsOf(directory(), {
      statfs: (_request, response) => void (response.blocks = 42),
    });
    await using _session = await scene.mount(fs);
    const seen = await inClient(
      scene.mnt,
      ({ fstat, open, stat, statfs }, mnt) => {
        const { mode, ino } = stat(mnt);
        return [statfs(mnt).blocks, mode, ino, fstat(open(mnt, 0)).ino];
      },
    );
    assertEquals(seen, [42, 0o40755, 1n, 1n]);
  },
);
