/**
 * A mirror whose source an ordinary user may write in, as the owner of a
 * directory: while the user works in the mirror, names in the source change, so
 * that root's files have the user's names between any two system calls of the
 * server. Root's files must stay as they are, and no other user may read them.
 *
 * @module
 */

import { assertEquals, equal } from "@std/assert";
import { MirrorFS } from "../../../../fuse/fs/mod.ts";
import {
  callInClient,
  ClientProcess,
} from "../../../_support/client_process.ts";
import { rounds } from "../../../_support/platform.ts";
import { mountTest, type Scene } from "../../../_support/mount.ts";
import { NAMES } from "./_attack.ts";

const ATTACK = import.meta.resolve("./_attack.ts");
const MIRROR_MODULE = import.meta.resolve(
  "../../../../fuse/fs/mirror/module.ts",
);
const SIGKILL = 9;
/** The number of changes of names during one operation. */
const TIMES = rounds(1000, 10_000);

type Way = (scene: Scene, source: string) => Promise<AsyncDisposable>;

const WAYS: Readonly<Record<string, Way>> = {
  "": (scene, source) => {
    const fs = new MirrorFS(source);
    return scene.mount(fs, { ...fs.mountOptions, allowOther: true });
  },
  ", in blocking mode without a cache": (scene, source) => {
    const fs = new MirrorFS(source);
    return scene.mount(fs, {
      ...fs.mountOptions,
      allowOther: true,
      mode: "blocking",
      entryValidMs: 0,
      attrValidMs: 0,
    });
  },
  ", by two Workers": (scene, source) => {
    const data = { source, shared: MirrorFS.share(1000) };
    const { mountOptions } = new MirrorFS(source, data);
    return scene.mountModule(MIRROR_MODULE, {
      ...mountOptions,
      allowOther: true,
      workers: 2,
      data,
    });
  },
};

for (const [way, mount] of Object.entries(WAYS)) {
  mountTest(
    `Whoever changes names in the source gets nothing of root's through a mirror${way}`,
    async (scene) => {
      const source = `${scene.dir}/source`;
      await Deno.mkdir(source);
      const asRoot = (name: string, ...args: unknown[]) =>
        callInClient(ATTACK, name, source, ...args);
      await asRoot("fill");
      await using _session = await mount(scene, source);
      await using user = new ClientProcess();
      // Its second thread would keep it alive.
      using _end = { [Symbol.dispose]: () => user.kill(SIGKILL) };
      const asUser = (name: string, ...args: unknown[]) =>
        user.run(
          async (_, module, name, args) =>
            (await import(module))[name](...args),
          ATTACK,
          name,
          args,
        );
      await asUser("begin");
      const found: Record<string, unknown> = {};
      for (const name of NAMES) {
        await asRoot("offer", name);
        const before = await asRoot("describe");
        const leaks = await asUser("attack", name, scene.mnt, source, TIMES);
        const after = await asRoot("describe");
        if (equal([leaks, after], [[], before])) continue;
        found[name] = { leaks, before, after };
      }
      assertEquals(found, {});
    },
    { limitMs: rounds(60_000, 600_000) },
  );
}
