import { assertEquals } from "@std/assert";
import type { Handle, Node } from "../../../fuse/fs/mod.ts";
import { output } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { directory, fsOf, WAYS } from "../../_support/nodes.ts";

const MIB = 1 << 20;

/** A large file whose bytes tell which file they are from, and where. */
function largeFile(seed: number, size: number): Node & Handle {
  const at = (i: number): number => (i * 31 + (i >> 12) * 7 + seed) & 0xff;
  return {
    attr: (attr) => {
      attr.mode = 0o100644;
      attr.size = size;
    },
    read: (request, response) => {
      const { offset } = request;
      const length = Math.max(0, Math.min(request.size, size - offset));
      for (let i = 0; i < length; i++) response.buffer[i] = at(offset + i);
      response.length = length;
    },
  };
}

/** What the file holds, without a file system. */
async function sha256(seed: number, size: number): Promise<string> {
  const response = { buffer: new Uint8Array(size), length: 0 };
  // deno-lint-ignore no-explicit-any -- only what read() looks at
  await largeFile(seed, size).read!({ offset: 0, size } as any, response as any);
  const digest = await crypto.subtle.digest("SHA-256", response.buffer);
  return new Uint8Array(digest).toHex();
}

for (const [when, answering] of WAYS) {
  for (const directIO of [false, true]) {
    mountTest(`8 processes read 8 files at once and get their bytes, answers ${when}, directIO ${directIO}`, async (scene) => {
      const sizes = Array.from({ length: 8 }, (_, i) => 4 * MIB + i * 4097 + 1);
      const files = sizes.map((size, i) => [`${i}`, largeFile(i, size)] as const);
      const root = directory(Object.fromEntries(files));
      await using session = await scene.mount(answering(fsOf(root)), { directIO });
      const sums = await Promise.all(
        sizes.map((_, i) => output("sha256sum", `${scene.mnt}/${i}`)),
      );
      const expected = await Promise.all(
        sizes.map(async (size, i) => `${await sha256(i, size)}  ${scene.mnt}/${i}\n`),
      );
      assertEquals(sums, expected);
      assertEquals(session.server.nodeCount, 9);
      assertEquals(session.server.inFlightCount, 0);
    }, { programs: ["sha256sum"] });
  }

  mountTest(`8 processes walk the same tree at once, answers ${when}`, async (scene) => {
    const leaf = (i: number): Node & Handle => largeFile(i, 100);
    const branch = (depth: number): Node =>
      directory(Object.fromEntries(
        Array.from({ length: 6 }, (_, i) => [
          `${depth}-${i}`,
          depth === 0 ? leaf(i) : branch(depth - 1),
        ]),
      ));
    await using session = await scene.mount(answering(fsOf(branch(3))), {
      entryValidMs: 0,
      attrValidMs: 0,
    });
    const walks = await Promise.all(
      Array.from({ length: 8 }, () =>
        output("find", scene.mnt, "-type", "f", "-printf", "%s %P\n")),
    );
    assertEquals(walks[0]!.split("\n").length - 1, 6 ** 4);
    for (const walk of walks) assertEquals(walk, walks[0]);
    assertEquals(session.server.handleCount, 0);
  }, { programs: ["find"] });
}
