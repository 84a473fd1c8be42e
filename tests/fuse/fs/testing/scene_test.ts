import { assert, assertEquals, assertRejects } from "@std/assert";
import { HelloFS } from "../../../../fuse/fs/mod.ts";
import { canMount } from "../../../_support/platform.ts";
import { directory, file, fsOf } from "../../../_support/nodes.ts";
import {
  output,
  run,
  type Scene,
  withScene,
} from "../../../../fuse/fs/testing/mod.ts";

const TEST = { ignore: !canMount };

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

Deno.test(
  "withScene() leaves neither a mount nor a directory",
  TEST,
  async () => {
    let scene: Scene | undefined;
    await withScene(async (it) => {
      scene = it;
      await using session = await it.mount(new HelloFS());
      assertEquals(it.mounts(), [session.mountpoint]);
      assertEquals(await output("cat", `${it.mnt}/hello`), "hello, world\n");
    });
    assertEquals(await exists(scene!.dir), false);
  },
);

Deno.test(
  "withScene() throws what its body throws, and cleans up",
  TEST,
  async () => {
    let scene: Scene | undefined;
    await assertRejects(
      () =>
        withScene(async (it) => {
          scene = it;
          await it.mount(new HelloFS());
          throw new RangeError("from the body");
        }),
      RangeError,
      "from the body",
    );
    assertEquals(scene!.mounts(), []);
    assertEquals(await exists(scene!.dir), false);
  },
);

Deno.test("withScene() throws if something is left mounted", TEST, async () => {
  let scene: Scene | undefined;
  await assertRejects(
    () =>
      withScene(async (it) => {
        scene = it;
        await it.mount(new HelloFS());
      }),
    Error,
    "Left mounted: /",
  );
  assertEquals(scene!.mounts(), []);
});

Deno.test(
  "withScene() throws if a handler had a defect that nobody took",
  TEST,
  async () => {
    const broken = directory({}, {
      lookup() {
        throw new Error("a defect");
      },
    });
    const look = async (scene: Scene): Promise<void> => {
      await using _session = await scene.mount(fsOf(broken));
      assertEquals((await run("cat", `${scene.mnt}/x`)).code, 1);
    };
    const error = await assertRejects(() => withScene(look), AggregateError);
    assertEquals(error.errors.map(({ message }: Error) => message), [
      "a defect",
    ]);
    await withScene(async (scene) => {
      await look(scene);
      assertEquals(scene.takeErrors(), ["a defect"]);
    });
  },
);

Deno.test(
  "withScene() frees who waits when the time is over, and names the requests",
  TEST,
  async () => {
    let reader: Promise<unknown> | undefined;
    const silent = file("text", {
      read: () => new Promise<void>(() => {}),
      readAll: undefined!,
    });
    await assertRejects(
      () =>
        withScene(async (scene) => {
          await scene.mount(fsOf(directory({ silent })), { drainMs: 1 });
          reader = run("cat", `${scene.mnt}/silent`);
          await reader;
          await new Promise(() => {});
        }, { limitMs: 1000 }),
      Error,
      "READ [",
    );
    const { code, stderr } = await reader as { code: number; stderr: string };
    assert(code !== 0, stderr);
  },
);
