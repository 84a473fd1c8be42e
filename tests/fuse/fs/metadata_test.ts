import { assertEquals, assertMatch } from "@std/assert";
import { ErrNoXattr } from "../../../fuse/mod.ts";
import { output, python, run } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../_support/nodes.ts";

/** getxattr(2) and listxattr(2) with sizes of the caller's choice. */
const XATTR = `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)

def sized(call, path, *name, size):
    buffer = ctypes.create_string_buffer(max(size, 1))
    n = getattr(libc, call)(os.fsencode(path), *name, buffer, ctypes.c_size_t(size))
    return errno.errorcode[ctypes.get_errno()] if n < 0 else [n, buffer.raw[:min(n, size)].decode()]
`;

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
      const seen = await python(
        scene.mnt,
        `${XATTR}
f = mnt + "/f"
def get(name, size):
    return sized("getxattr", f, name, size=size)
say([get(b"user.colour", 5), get(b"user.colour", 100), get(b"user.colour", 4),
     get(b"user.colour", 0), get(b"user.empty", 0), get(b"user.empty", 9),
     get(b"user.none", 100), get(b"user.none", 0), get(b"user.thrown", 9),
     len(os.getxattr(f, "user.big"))])
`,
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
      const seen = await python(
        scene.mnt,
        `${XATTR}
def names(name, size):
    return sized("listxattr", mnt + name, size=size)
say([os.listxattr(mnt + "/f"), names("/f", 0), names("/f", 14), names("/f", 15),
     os.listxattr(mnt + "/none"), names("/none", 0),
     names("/without", 0), attempt(os.getxattr, mnt + "/without", "user.a")])
`,
      );
      assertEquals(seen, [
        ["user.a", "user.\u00fc"],
        [15, ""],
        "ERANGE",
        [15, "user.a\0user.\u00fc\0"],
        [],
        [0, ""],
        // Python's name for EOPNOTSUPP.
        "ENOTSUP",
        "ENOTSUP",
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
      const seen = await python(
        scene.mnt,
        `
names = ["relative", "dangling", "long", "bytes", "loop", "refused", "mute"]
say([read(mnt + "/relative"), attempt(read, mnt + "/dangling"), attempt(read, mnt + "/loop"),
     *[attempt(os.readlink, mnt + "/" + name) for name in names]])
`,
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
      const seen = await python(
        scene.mnt,
        `
say([os.access(mnt + "/guarded", os.R_OK), os.access(mnt + "/guarded", os.R_OK | os.W_OK),
     os.access(mnt + "/guarded", os.F_OK), os.access(mnt + "/open", os.R_OK | os.W_OK | os.X_OK)])
`,
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
      const seen = await python(
        scene.mnt,
        `
s = os.statvfs(mnt)
say([s.f_blocks, s.f_bfree, s.f_bavail, s.f_files, s.f_ffree, s.f_bsize, s.f_namemax, s.f_frsize])
`,
      );
      assertEquals(seen, [1000, 600, 500, 42, 7, 65536, 200, 512]);
    },
  );
}

mountTest(
  "Without FS.statfs() the figures are 0, and df(1) lives with it",
  async (scene) => {
    await using _session = await scene.mount(fsOf(directory()));
    const script = `
s = os.statvfs(mnt)
say([s.f_blocks, s.f_bfree, s.f_bavail, s.f_files, s.f_ffree])
`;
    assertEquals(await python(scene.mnt, script), [0, 0, 0, 0, 0]);
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
