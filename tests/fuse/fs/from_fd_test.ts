import { assertEquals } from "@std/assert";
import { closeSync, openSync } from "node:fs";
import { output, python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../_support/nodes.ts";

const DIRECT = { directIO: true };
const SIZE = 1_000_003;

/** Returns bytes of which no two parts are alike. */
function pattern(): Uint8Array<ArrayBuffer> {
  const numbers = Uint32Array.from(
    { length: SIZE / 4 + 1 },
    (_, i) => i * 40503,
  );
  return new Uint8Array(numbers.buffer, 0, SIZE);
}

for (const [when, answering] of WAYS) {
  mountTest(
    `ReadResponse.fromFd() gives what the file has there, ${when}`,
    async (scene) => {
      const bytes = pattern();
      const path = `${scene.dir}/data`;
      await Deno.writeFile(path, bytes);
      const fd = openSync(path, "r");
      try {
        const f = file(bytes, {
          readAll: undefined!,
          read: ({ offset }, response) => response.fromFd(fd, offset),
        });
        await using _session = await scene.mount(
          answering(fsOf(directory({ f }))),
          DIRECT,
        );
        const seen = await python(
          scene.mnt,
          `
fd = os.open(mnt + "/f", os.O_RDONLY)
original = open(${JSON.stringify(path)}, "rb").read()
size = len(original)
def same(n, at):
    return os.pread(fd, n, at) == original[at:at + n]
say([same(n, at) for n in (1, 4096, 65536, 100001, 131072, 1 << 20)
     for at in (0, 1, 4095, 131072, size - 70000, size - 1, size, size + 5)])
`,
        );
        assertEquals(seen, Array(48).fill(true));
      } finally {
        closeSync(fd);
      }
    },
  );

  mountTest(
    `ReadResponse.fromFd() copies what cannot be spliced, ${when}`,
    async (scene) => {
      const fd = openSync("/proc/self/maps", "r");
      try {
        const f = file("", {
          readAll: undefined!,
          read: ({ offset }, response) => response.fromFd(fd, offset),
        });
        await using _session = await scene.mount(
          answering(fsOf(directory({ f }))),
          DIRECT,
        );
        const maps = await output("cat", `${scene.mnt}/f`);
        assertEquals(maps.includes("[stack]"), true);
      } finally {
        closeSync(fd);
      }
    },
    { programs: [] },
  );

  mountTest(
    `ReadResponse.fromFd() of what cannot be read is that error, ${when}`,
    async (scene) => {
      const fd = openSync(scene.dir, "r");
      try {
        const f = file("x".repeat(200_000), {
          readAll: undefined!,
          read: ({ offset }, response) => response.fromFd(fd, offset),
        });
        const answer = answering(fsOf(directory({ f, g: file("good") })));
        await using _session = await scene.mount(answer, DIRECT);
        const seen = await python(
          scene.mnt,
          `say([attempt(read, mnt + "/f"), attempt(read, mnt + "/g")])`,
        );
        assertEquals(seen, ["EISDIR", "good"]);
      } finally {
        closeSync(fd);
      }
    },
  );
}
