/**
 * Readers that are killed while the kernel asks for them in the background.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { mountModule } from "../../../../fuse/fs/mod.ts";
import type { MountOptions } from "../../../../fuse/mod.ts";
import type { ServeOptions } from "../../../../fuse/fs/mod.ts";
import { inClient } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import {
  directory,
  file,
  fsOf,
  type SmallNode,
} from "../../../_support/nodes.ts";

const SIZE = 300_000;

/** A file whose first reads wait until they are given up. */
function stuck(): {
  waits: SmallNode;
  started: Promise<void>;
  aborted: Promise<void>;
} {
  const started = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  let isGivenUp = false;
  const waits = file(new Uint8Array(SIZE), {
    readAll: undefined as never,
    read({ size, signal }, response) {
      if (isGivenUp) {
        response.data = new Uint8Array(size).fill(97);
        return;
      }
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          isGivenUp = true;
          aborted.resolve();
          reject(signal.reason);
        });
        started.resolve();
      });
    },
  });
  return {
    waits,
    started: started.promise,
    aborted: aborted.promise,
  };
}

/** Starts to read a file, and is killed. */
async function readAndDie(path: string, started: Promise<void>): Promise<void> {
  const reader = new Deno.Command("cat", {
    args: [path],
    stdout: "null",
    stderr: "null",
  }).spawn();
  await started;
  reader.kill("SIGKILL");
  assertEquals((await reader.status).signal, "SIGKILL");
}

const MODES: Record<string, MountOptions & ServeOptions> = {
  "async": {},
  "blocking": { mode: "blocking" },
  "without background reads": { asyncRead: false },
};

for (const [mode, options] of Object.entries(MODES)) {
  mountTest(
    `A read that waits is given up when its reader is killed, and the next open does not hang: ${mode}`,
    async (scene) => {
      const { started, aborted, waits } = stuck();
      const interrupts: string[] = [];
      await using _session = await scene.mount(fsOf(directory({ waits })), {
        ...options,
        debug: (message) => {
          const text = `${message}`;
          if (text.includes("INTERRUPT")) interrupts.push(text);
        },
      });
      await readAndDie(`${scene.mnt}/waits`, started);
      await aborted;
      const length = await inClient(
        scene.mnt,
        ({ contentBytes }, mnt) => contentBytes(`${mnt}/waits`).length,
      );
      assertEquals(length, SIZE);
      // The kernel tells of a reader that waits itself, and of no other.
      assertEquals(interrupts.length > 0, options.asyncRead === false);
    },
  );
}

mountTest(
  "A read that waits in a Worker is given up when its reader is killed",
  async (scene) => {
    const module = import.meta.resolve("./_stuck_module.ts");
    const path = `${scene.dir}/started`;
    await using _session = await mountModule(scene.mnt, module, { data: path });
    const started = Promise.withResolvers<void>();
    const watcher = Deno.watchFs(scene.dir);
    void (async () => {
      for await (const { paths } of watcher) {
        if (paths.includes(path)) started.resolve();
      }
    })();
    await readAndDie(`${scene.mnt}/waits`, started.promise);
    watcher.close();
    const seen = await inClient(
      scene.mnt,
      ({ content }, mnt) => content(`${mnt}/waits`),
    );
    assertEquals(seen, "given up");
  },
);

mountTest(
  "A read that waits is not given up while its reader lives",
  async (scene) => {
    const go = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    let isAborted = false;
    const slow = file("content", {
      readAll: undefined as never,
      async read({ signal }, response) {
        signal.addEventListener("abort", () => isAborted = true);
        asked.resolve();
        await go.promise;
        response.data = new TextEncoder().encode("content");
      },
    });
    const { started, aborted, waits } = stuck();
    await using _session = await scene.mount(fsOf(directory({ slow, waits })));
    const reading = inClient(
      scene.mnt,
      ({ contentLater }, mnt) => contentLater(`${mnt}/slow`),
    );
    // Who looks for the one that is killed has looked for the other too.
    await asked.promise;
    await readAndDie(`${scene.mnt}/waits`, started);
    await aborted;
    go.resolve();
    assertEquals(await reading, "content");
    assertEquals(isAborted, false);
  },
);
