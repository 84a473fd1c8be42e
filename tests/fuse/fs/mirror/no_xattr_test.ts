import { assertEquals } from "@std/assert";
import { MirrorFS, type Session } from "../../../../fuse/fs/mod.ts";
import { inClient, output } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { directory, file, fsOf } from "../../../_support/nodes.ts";
import { hasPassthrough } from "../../../_support/platform.ts";

const XATTRS = ["GETXATTR", "LISTXATTR", "SETXATTR", "REMOVEXATTR"];

/** Returns how many requests there were for each kind about attributes. */
function asked({ server }: Session): number[] {
  return XATTRS.map((name) =>
    server.stats.byOperation.find(({ opname }) => opname === name)?.count ?? 0
  );
}

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
      const seen = await inClient(scene.mnt, ({ attempt, ...sys }, mnt) => {
        const f = mnt + "/f";
        return [1, 2, 3].map(() => [
          attempt(sys.getxattr, f, "user.a"),
          attempt(sys.listxattr, f),
          attempt(sys.setxattr, f, "user.a", "1"),
          attempt(sys.removexattr, f, "user.a"),
        ]).at(-1);
      });
      assertEquals(seen, Array(4).fill("EOPNOTSUPP"));
      assertEquals(asked(session), Array(4).fill(times));
    },
  );
}

mountTest("FS.noXattr leaves the statistics of statsXattr", async (scene) => {
  const fs = fsOf(directory({ f: file("text") }), { noXattr: true });
  await using _session = await scene.mount(fs, { statsXattr: true });
  assertEquals(
    await inClient(scene.mnt, ({ attempt, getxattr }, mnt) => [
      attempt(getxattr, mnt + "/f", "user.a"),
      getxattr(mnt, "user.hostkit.stats").length > 0,
    ]),
    ["EOPNOTSUPP", true],
  );
});

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
        const seen = await inClient(scene.mnt, (sys, mnt, source) => {
          const capability = new Uint32Array([0x02000001, 0x2000, 0, 0, 0]);
          for (const name of ["set-id", "capable"]) {
            sys.create(`${source}/${name}`);
            sys.chmod(`${source}/${name}`, name === "set-id" ? 0o6777 : 0o777);
          }
          const bytes = new Uint8Array(capability.buffer);
          sys.setxattr(source + "/capable", "security.capability", bytes);
          sys.as({ uid: 1000 }, () => {
            for (const name of ["set-id", "capable"]) {
              const fd = sys.open(`${mnt}/${name}`, sys.O_RDWR);
              for (let i = 0; i < 5; i++) sys.write(fd, "x".repeat(100));
              sys.close(fd);
            }
          });
          const modes = [source, mnt].map((dir) =>
            sys.stat(dir + "/set-id").mode
          );
          const { size } = sys.stat(mnt + "/capable");
          return [modes, sys.listxattr(source + "/capable"), size];
        }, source);
        assertEquals(seen, [[0o100777, 0o100777], [], 500]);
        const { bytesWritten } = session.server.stats;
        assertEquals(bytesWritten === 0, passthrough);
        if (!xattrs) assertEquals(asked(session)[0]! <= 1, true);
      },
      { ignore: Deno.uid() !== 0 || passthrough && !hasPassthrough },
    );
  }
}
