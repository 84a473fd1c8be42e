import { assertEquals } from "@std/assert";
import { MemFS, MirrorFS } from "../../fuse/fs/mod.ts";
import { python } from "../_support/client.ts";
import { mountTest } from "../_support/mount.ts";
import { canMount, canWrite } from "../_support/platform.ts";
import { withSetting } from "../_support/setting.ts";

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
        const seen = await python(
          scene.mnt,
          `
import mmap
size = int(args[0])
buffer = mmap.mmap(-1, size)
buffer.write(os.urandom(size))
content = buffer[:]
with open(mnt + "/file", "wb", buffering=0) as f: written = f.write(buffer)
buffer.seek(0); buffer.write(bytes(size))
with open(mnt + "/file", "rb", buffering=0) as f: got = f.readinto(buffer)
say([written, got, buffer[:] == content])
`,
          `${mib * MIB}`,
        );
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
