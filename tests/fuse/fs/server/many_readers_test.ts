import { assertEquals } from "@std/assert";
import type { Handle, Node } from "../../../../fuse/fs/mod.ts";
import { output } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { directory, fsOf, WAYS } from "../../../_support/nodes.ts";

const MIB = 1 << 20;

/** Fills a buffer with bytes that tell which file they are from, and where. */
function fill(buffer: Uint8Array, seed: number, offset: number): void {
  for (let i = 0; i < buffer.length; i++) {
    const at = offset + i;
    buffer[i] = at * 31 + (at >> 12) * 7 + seed;
  }
}

function largeFile(seed: number, size: number): Node & Handle {
  return {
    attr: (attr) => {
      attr.mode = 0o100644;
      attr.size = size;
    },
    read: (request, response) => {
      const { offset } = request;
      const length = Math.max(0, Math.min(request.size, size - offset));
      fill(response.buffer.subarray(0, length), seed, offset);
      response.length = length;
    },
  };
}

/** What sha256sum(1) says of such a file. */
async function sha256(seed: number, size: number): Promise<string> {
  const content = new Uint8Array(size);
  fill(content, seed, 0);
  const digest = await crypto.subtle.digest("SHA-256", content);
  return new Uint8Array(digest).toHex();
}

for (const [when, answering] of WAYS) {
  for (const directIO of [false, true]) {
    mountTest(
      `8 processes read 8 files at once and get their bytes, answers ${when}, directIO ${directIO}`,
      async (scene) => {
        const sizes = Array.from(
          { length: 8 },
          (_, i) => 4 * MIB + i * 4097 + 1,
        );
        const files = sizes.map((size, i) =>
          [`${i}`, largeFile(i, size)] as const
        );
        const root = directory(Object.fromEntries(files));
        await using session = await scene.mount(answering(fsOf(root)), {
          directIO,
        });
        const sums = await Promise.all(
          sizes.map((_, i) => output("sha256sum", `${scene.mnt}/${i}`)),
        );
        const expected = await Promise.all(
          sizes.map(async (size, i) =>
            `${await sha256(i, size)}  ${scene.mnt}/${i}\n`
          ),
        );
        assertEquals(sums, expected);
        assertEquals(session.server.nodeCount, 9);
        assertEquals(session.server.inFlightCount, 0);
      },
      { programs: ["sha256sum"] },
    );
  }

  mountTest(
    `8 processes walk the same tree at once, answers ${when}`,
    async (scene) => {
      const leaf = (i: number): Node & Handle => largeFile(i, 100);
      const branch = (depth: number): Node =>
        directory(Object.fromEntries(
          Array.from({ length: 6 }, (_, i) => [
            `${depth}-${i}`,
            depth === 0 ? leaf(i) : branch(depth - 1),
          ]),
        ));
      await using _session = await scene.mount(answering(fsOf(branch(3))), {
        entryValidMs: 0,
        attrValidMs: 0,
      });
      const walks = await Promise.all(
        Array.from(
          { length: 8 },
          () => output("find", scene.mnt, "-type", "f", "-printf", "%s %P\n"),
        ),
      );
      assertEquals(walks[0]!.split("\n").length - 1, 6 ** 4);
      for (const walk of walks) {
        assertEquals(walk, walks[0]);
      }
    },
    { programs: ["find"] },
  );
}
