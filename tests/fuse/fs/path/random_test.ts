import { assertEquals } from "@std/assert";
import { PathFS, type PathOperations } from "../../../../fuse/fs/mod.ts";
import { callInClient } from "../../../_support/client_process.ts";
import { mountTest } from "../../../_support/mount.ts";
import { rounds } from "../../../_support/platform.ts";
import { SEED } from "../../_random.ts";
import { laterOperations, PathStore } from "../../../_support/path_store.ts";

const CLIENT = import.meta.resolve("./_random_client.ts");
const COUNT = rounds(1000);

const asIs = <H>(operations: PathOperations<H>): PathOperations<H> =>
  operations;

for (
  const [name, answering, handles, numbers] of [
    ["hiding what is open, at once", asIs, false, true],
    ["hiding what is open, later", laterOperations, false, true],
    ["by handles, at once", asIs, true, true],
    ["by handles, later", laterOperations, true, true],
    ["without inode numbers", laterOperations, false, false],
  ] as const
) {
  mountTest(
    `PathFS does in ${COUNT} random calls what a plain directory does, ${name}`,
    async (scene) => {
      const plain = `${scene.dir}/plain`;
      await Deno.mkdir(plain);
      const store = new PathStore({ handles, numbers });
      const fs = new PathFS(answering(store), {
        unlinked: handles ? "handle" : "hide",
      });
      const session = await scene.mount(fs);
      const [difference, paths] = await callInClient(
        CLIENT,
        "doTheSame",
        ...[scene.mnt, plain, SEED, COUNT],
      ) as [string | null, string[]];
      await session.unmount();
      assertEquals(difference, null, `HOSTKIT_SEED=${SEED}`);
      // Nothing hidden is left, and nothing lost.
      assertEquals(store.paths, paths.sort());
    },
  );
}
