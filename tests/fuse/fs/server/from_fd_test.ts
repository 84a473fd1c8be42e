import { assertEquals } from "@std/assert";
import { closeSync, openSync } from "node:fs";
import { inClient, output } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../../_support/nodes.ts";

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
        const seen = await inClient(
          scene.mnt,
          ({ contentBytes, latin1, open, pread }, mnt, path) => {
            const fd = open(mnt + "/f", 0);
            const original = contentBytes(path);
            const size = original.length;
            const places = [
              0,
              1,
              4095,
              131_072,
              size - 70_000,
              size - 1,
              size,
              size + 5,
            ];
            return [1, 4096, 65_536, 100_001, 131_072, 1 << 20].flatMap((n) =>
              places.map((at) =>
                latin1(pread(fd, n, at)) ===
                  latin1(original.subarray(at, at + n))
              )
            );
          },
          path,
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
        const seen = await inClient(scene.mnt, ({ attempt, content }, mnt) => [
          attempt(content, mnt + "/f"),
          attempt(content, mnt + "/g"),
        ]);
        assertEquals(seen, ["EISDIR", "good"]);
      } finally {
        closeSync(fd);
      }
    },
  );
}
