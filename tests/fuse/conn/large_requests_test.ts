import { assertEquals } from "@std/assert";
import { MemFS, MirrorFS } from "../../../fuse/fs/mod.ts";
import { inClient } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { canMount, canWrite } from "../../_support/platform.ts";
import { withSetting } from "../../_support/setting.ts";

const LIMIT = "/proc/sys/fs/fuse/max_pages_limit";
const MIB = 1 << 20;

for (
  const [what, make] of [
    ["a MemFS", () => new MemFS()],
    ["a mirror", (source: string) => new MirrorFS(source)],
  ] as const
) {
  // The second does not fit into a pipe.
  for (const mib of [4, 8]) {
    mountTest(
      `One request of ${what} moves ${mib} MiB where the administrator allows it`,
      async (scene) => {
        const source = `${scene.dir}/source`;
        await Deno.mkdir(source);
        const fs = make(source);
        await using session = await withSetting(
          LIMIT,
          `${mib * 256}`,
          () =>
            scene.mount(fs, {
              ...fs.mountOptions,
              maxWrite: mib * MIB,
              directIO: true,
            }),
        );
        const seen = await inClient(scene.mnt, (sys, mnt, size) => {
          const [content, read] = [sys.pages(size), sys.pages(size)];
          for (let at = 0; at < size; at += 65_536) {
            crypto.getRandomValues(content.subarray(at, at + 65_536));
          }
          const written = sys.write(
            sys.open(mnt + "/file", sys.O_CREAT | sys.O_WRONLY),
            content,
          );
          const got = sys.readInto(sys.open(mnt + "/file", sys.O_RDONLY), read);
          return [written, got, read.every((byte, i) => byte === content[i])];
        }, mib * MIB);
        assertEquals(seen, [mib * MIB, mib * MIB, true]);
        const counts = Object.fromEntries(
          session.server.stats.byOperation
            .map(({ opname, count }) => [opname, count]),
        );
        assertEquals([counts.WRITE, counts.READ], [1, 1]);
      },
      { ignore: !canMount || !canWrite(LIMIT) },
    );
  }
}
