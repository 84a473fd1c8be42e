import { assertEquals } from "@std/assert";
import {
  type SetattrRequest,
  setattrValidAtimeNow,
  setattrValidGid,
  setattrValidHandle,
  setattrValidMode,
  setattrValidMtimeNow,
  setattrValidSize,
  setattrValidUid,
} from "../../../../fuse/mod.ts";
import { inClient, output } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../../_support/nodes.ts";
import { Store, StoreFile } from "../../../_support/store.ts";

for (const [when, answering] of WAYS) {
  mountTest(
    `Node.setattr() truncates and extends, by path, descriptor and O_TRUNC, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using _session = await scene.mount(answering(store));
      const seen = await inClient(scene.mnt, (sys, mnt) => {
        const path = mnt + "/f";
        const sizes: unknown[] = [];
        const look = () => sizes.push([sys.stat(path).size, sys.content(path)]);
        sys.put(path, "0123456789");
        sys.truncate(path, 4);
        look();
        sys.truncate(path, 6);
        look();
        const fd = sys.open(path, sys.O_RDWR);
        sys.ftruncate(fd, 1);
        look();
        sys.close(sys.open(path, sys.O_WRONLY | sys.O_TRUNC));
        look();
        sys.truncate(path, 5 << 16);
        return [sizes, sys.stat(path).size];
      });
      const expected = [[4, "0123"], [6, "0123\0\0"], [1, "0"], [0, ""]];
      assertEquals(seen, [expected, 5 << 16]);
    },
  );

  mountTest(
    `Node.setattr() changes mode, owner and times, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using _session = await scene.mount(answering(store));
      const seen = await inClient(scene.mnt, (sys, mnt) => {
        const path = mnt + "/f";
        sys.create(path);
        sys.mkdir(mnt + "/d");
        sys.chmod(path, 0o4751);
        sys.chmod(mnt + "/d", 0o1777);
        sys.chown(path, 12, 4_000_000_000);
        const before = sys.stat(path).mode;
        sys.chmod(path, 0o640);
        sys.utime(path, 5n, -1_500_000_000n);
        const { mode, uid, gid, mtime } = sys.stat(path);
        return [before, mode, uid, gid, mtime, sys.stat(mnt + "/d").mode];
      });
      // chown(2) clears the set-user-ID bit.
      const expected = [0o100751, 0o100640, 12, 4e9, -1_500_000_000n];
      assertEquals(seen, [...expected, 0o41777]);
    },
  );

  mountTest(
    `Node.setattr() that fills in the attributes saves a call of attr(), answering ${when}`,
    async (scene) => {
      let attrs = 0;
      const f = file("", {
        attr: (attr) => {
          attrs++;
          attr.mode = 0o100644;
        },
        setattr: (request, response) => {
          response.attr.mode = 0o100000 | request.mode & 0o7777;
          response.attr.size = 77;
        },
      });
      await using _session = await scene.mount(
        answering(fsOf(directory({ f }))),
      );
      assertEquals(
        await inClient(scene.mnt, ({ chmod, stat }, mnt) => {
          chmod(mnt + "/f", 0o600);
          const { mode, size } = stat(mnt + "/f");
          return [mode, size];
        }),
        [0o100600, 77],
      );
      // That of the lookup.
      assertEquals(attrs, 1);
    },
  );

  mountTest(
    `Node.statx() tells the time of birth, and attr() the rest, answering ${when}`,
    async (scene) => {
      const born = file("12345", {
        statx: (_request, response) => {
          response.btimeNs = 1_000_000_000_000_000_000n;
        },
      });
      const fs = fsOf(directory({ born, unborn: file("123") }));
      await using _session = await scene.mount(answering(fs), {
        attrValidMs: 0,
      });
      const stat = (name: string) =>
        output("stat", "-c", "%W %s %A", `${scene.mnt}/${name}`);
      assertEquals(
        await stat("born"),
        `${hasStatx() ? 1e9 : 0} 5 -rw-r--r--\n`,
      );
      assertEquals(await stat("unborn"), "0 3 -rw-r--r--\n");
    },
  );
}

/** Whether the kernel sends STATX: since Linux 6.6. */
function hasStatx(): boolean {
  const [major, minor] = Deno.osRelease().split(".").map(Number);
  return major! > 6 || major === 6 && minor! >= 6;
}

mountTest(
  "SetattrRequest.valid says what is to change, and by which open file",
  async (scene) => {
    const seen: string[] = [];
    const names: [string, (valid: number) => boolean][] = [
      ["handle", setattrValidHandle],
      ["size", setattrValidSize],
      ["mode", setattrValidMode],
      ["uid", setattrValidUid],
      ["gid", setattrValidGid],
      ["atimeNow", setattrValidAtimeNow],
      ["mtimeNow", setattrValidMtimeNow],
    ];
    const setattr = (who: string) => ({ valid }: SetattrRequest) => {
      const set = names.filter(([, isSet]) => isSet(valid));
      seen.push([who, ...set.map(([name]) => name)].join(" "));
    };
    const f = file("", {
      setattr: setattr("node"),
      open: () => ({ setattr: setattr("handle") }),
    });
    await using _session = await scene.mount(fsOf(directory({ f })));
    await inClient(scene.mnt, (sys, mnt) => {
      const path = mnt + "/f";
      sys.chmod(path, 0o600);
      sys.chown(path, -1, 7);
      sys.utime(path);
      sys.truncate(path, 3);
      const fd = sys.open(path, sys.O_WRONLY | sys.O_TRUNC);
      sys.ftruncate(fd, 3);
    });
    assertEquals(seen, [
      "node mode",
      "node gid",
      "node atimeNow mtimeNow",
      "node size",
      "node size",
      "handle handle size",
    ]);
  },
);

mountTest(
  "With atomicOTrunc open() is told to truncate, and setattr() is not asked",
  async (scene) => {
    const calls: string[] = [];
    const stored = new StoreFile(0o100644);
    const f = Object.assign(stored, {
      open: ({ flags }: { flags: number }) => {
        if ((flags & 0o1000) !== 0) calls.push("O_TRUNC");
        return stored;
      },
      setattr: () => void calls.push("setattr"),
    });
    await using _session = await scene.mount(fsOf(directory({ f })), {
      atomicOTrunc: true,
    });
    await inClient(scene.mnt, ({ put }, mnt) => put(mnt + "/f"));
    assertEquals(calls, ["O_TRUNC"]);
  },
);

mountTest(
  "A setattr() that refuses changes nothing",
  async (scene) => {
    const f = file("12345", {
      setattr: () => {
        throw new Deno.errors.PermissionDenied();
      },
    });
    await using _session = await scene.mount(fsOf(directory({ f })));
    const seen = await inClient(scene.mnt, ({ attempt, ...sys }, mnt) => {
      const path = mnt + "/f";
      return [
        attempt(sys.chmod, path, 0o777),
        attempt(sys.truncate, path, 0),
        attempt(sys.chown, path, 1, 1),
        attempt(sys.open, path, sys.O_WRONLY | sys.O_TRUNC),
        sys.stat(path).mode,
        sys.content(path),
      ];
    });
    assertEquals(seen, [...Array(4).fill("EACCES"), 0o100644, "12345"]);
  },
);

mountTest(
  "Without setattr() a file can be opened with O_TRUNC, and keeps its size",
  async (scene) => {
    const f = file("12345");
    await using _session = await scene.mount(fsOf(directory({ f })), {
      attrValidMs: 0,
    });
    const seen = await inClient(scene.mnt, (sys, mnt) => {
      sys.close(sys.open(mnt + "/f", sys.O_WRONLY | sys.O_TRUNC));
      return [sys.content(mnt + "/f"), sys.stat(mnt + "/f").size];
    });
    assertEquals(seen, ["12345", 5]);
  },
);

mountTest(
  "A type that changes under the kernel is EIO, and the server lives on",
  async (scene) => {
    let mode = 0o100644;
    const turncoat = file("", { attr: (attr) => void (attr.mode = mode) });
    const root = directory({ turncoat, good: file("good") });
    await using _session = await scene.mount(fsOf(root), { attrValidMs: 0 });
    assertEquals(
      await inClient(
        scene.mnt,
        ({ stat }, mnt) => stat(mnt + "/turncoat").mode,
      ),
      0o100644,
    );
    mode = 0o40755;
    assertEquals(
      await inClient(scene.mnt, ({ attempt, content, open, stat }, mnt) => {
        open(mnt + "/good", 0);
        return [attempt(stat, mnt + "/turncoat"), content(mnt + "/good")];
      }),
      ["EIO", "good"],
    );
  },
);
