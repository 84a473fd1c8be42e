import { assertEquals } from "@std/assert";
import { MirrorFS, type Session } from "../../../fuse/fs/mod.ts";
import { output, python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { directory, file, fsOf } from "../../_support/nodes.ts";
import { hasPassthrough } from "../../_support/platform.ts";

const XATTRS = ["GETXATTR", "LISTXATTR", "SETXATTR", "REMOVEXATTR"];

/** Returns how many requests there were for each kind about attributes. */
function asked({ server }: Session): number[] {
  return XATTRS.map((name) =>
    server.stats.byOperation.find(({ opname }) => opname === name)?.count ?? 0
  );
}

const USE_XATTRS = `
f = mnt + "/f"
for i in range(3):
    found = [attempt(os.getxattr, f, "user.a"), attempt(os.listxattr, f),
        attempt(os.setxattr, f, "user.a", b"1"), attempt(os.removexattr, f, "user.a")]
say(found)
`;

for (const [noXattr, times] of [[false, 3], [true, 1]] as const) {
  mountTest(
    `FS.noXattr of ${noXattr} has the kernel ask for extended attributes ${times} times of 3`,
    async (scene) => {
      const node = file(
        "text",
        noXattr
          ? {
            getxattr: () => new Uint8Array(1),
            listxattr: () => ["user.a"],
            setxattr() {},
            removexattr() {},
          }
          : {},
      );
      const root = directory({ f: node });
      await using session = await scene.mount(fsOf(root, { noXattr }));
      const seen = await python(scene.mnt, USE_XATTRS);
      assertEquals(seen, Array(4).fill("ENOTSUP"));
      assertEquals(asked(session), Array(4).fill(times));
    },
  );
}

mountTest("FS.noXattr leaves the statistics of statsXattr", async (scene) => {
  const fs = fsOf(directory({ f: file("text") }), { noXattr: true });
  await using _session = await scene.mount(fs, { statsXattr: true });
  const script = `
first = attempt(os.getxattr, mnt + "/f", "user.a")
say([first, len(os.getxattr(mnt, "user.hostkit.stats")) > 0])
`;
  assertEquals(await python(scene.mnt, script), ["ENOTSUP", true]);
});

/** What a mirror's source has, and what is left of it after writes by others. */
const WRITE_WHAT_IS_PRIVILEGED = `
import struct
os.umask(0)
source = args[0]
CAPABILITY = struct.pack("<IIIII", 0x02000001, 0x2000, 0, 0, 0)
for name in ["set-id", "capable"]:
    open(source + "/" + name, "w").close()
    os.chmod(source + "/" + name, 0o6777 if name == "set-id" else 0o777)
os.setxattr(source + "/capable", "security.capability", CAPABILITY)
pid = os.fork()
if pid == 0:
    os.setgroups([]); os.setgid(1000); os.setuid(1000)
    for name in ["set-id", "capable"]:
        with open(mnt + "/" + name, "r+b", buffering=0) as f:
            for i in range(5): f.write(b"x" * 100)
    os._exit(0)
_, status = os.waitpid(pid, 0)
modes = [oct(os.stat(dir + "/set-id").st_mode) for dir in [source, mnt]]
say([status, modes, os.listxattr(source + "/capable"), os.stat(mnt + "/capable").st_size])
`;

for (const passthrough of [false, true]) {
  for (const xattrs of [false, true]) {
    mountTest(
      `Writes through a mirror clear set-ID bits and capabilities, ${
        passthrough ? "past" : "by"
      } the server, ${xattrs ? "with" : "without"} extended attributes`,
      async (scene) => {
        const source = `${scene.dir}/source`;
        await Deno.mkdir(source);
        await output("chmod", "755", scene.dir);
        const fs = new MirrorFS(source, { xattrs });
        await using session = await scene.mount(fs, {
          ...fs.mountOptions,
          allowOther: true,
          allowSuid: true,
          passthrough,
        });
        const seen = await python(scene.mnt, WRITE_WHAT_IS_PRIVILEGED, source);
        assertEquals(seen, [0, ["0o100777", "0o100777"], [], 500]);
        const { bytesWritten } = session.server.stats;
        assertEquals(bytesWritten === 0, passthrough);
        if (!xattrs) assertEquals(asked(session)[0]! <= 1, true);
      },
      { ignore: Deno.uid() !== 0 || passthrough && !hasPassthrough },
    );
  }
}
