import { assertEquals } from "@std/assert";
import { holdOpen, inClient, output, run } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import {
  directory,
  file,
  fsOf,
  type SmallNode,
  WAYS,
} from "../../../_support/nodes.ts";

/** Makes the kernel forget every node that nobody uses. */
async function dropCaches(): Promise<void> {
  await output("sh", "-c", "sync; echo 2 > /proc/sys/vm/drop_caches");
}

/** Counts calls of `forget` by name; `all` is fulfilled at that many. */
class Forgotten {
  readonly counts: Record<string, number> = {};
  readonly #all = Promise.withResolvers<void>();
  #expected: number;

  constructor(expected: number) {
    this.#expected = expected;
  }

  get all(): Promise<void> {
    return this.#all.promise;
  }

  add(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    if (--this.#expected === 0) this.#all.resolve();
  }
}

for (const [when, answering] of WAYS) {
  mountTest(
    `Node.forget() is called once for each node when the kernel drops it, with answers ${when}`,
    async (scene) => {
      const names = Array.from({ length: 100 }, (_, i) => `f${i}`);
      const forgotten = new Forgotten(names.length + 2);
      const forgets = (name: string, node: SmallNode): SmallNode => ({
        ...node,
        forget: () => forgotten.add(name),
      });
      const twice = forgets("twice", file("twice"));
      const files = names.map((name) => [name, forgets(name, file(name))]);
      const sub = forgets("sub", directory(Object.fromEntries(files)));
      const root = directory({ sub, a: twice, b: twice }, {
        forget: () => forgotten.add("root"),
      });
      // Each listing looks all up again: the counts grow beyond one.
      await using session = await scene.mount(answering(fsOf(root)), {
        entryValidMs: 0,
        readdirplus: "always",
      });
      await inClient(scene.mnt, ({ content, listdir, stat }, mnt) => {
        for (let i = 0; i < 3; i++) {
          content(mnt + "/a");
          content(mnt + "/b");
          for (const name of listdir(mnt + "/sub")) stat(`${mnt}/sub/${name}`);
        }
      });
      assertEquals(session.server.nodeCount, names.length + 3);
      await dropCaches();
      await forgotten.all;
      assertEquals(session.server.nodeCount, 1);
      assertEquals(session.server.handleCount, 0);
      const once = [...names, "sub", "twice"].map((name) => [name, 1]);
      assertEquals(forgotten.counts, Object.fromEntries(once));
      // What was forgotten is found again.
      assertEquals(await output("cat", `${scene.mnt}/sub/f7`), "f7");
      assertEquals(session.server.nodeCount, 3);
    },
    { dropsCaches: true },
  );

  mountTest(
    `What is open at unmount is released, then all is forgotten and destroyed, ${when}`,
    async (scene) => {
      const calls: string[] = [];
      const root = directory({
        f: file("f", {
          release: (request) => void calls.push(`release ${request}`),
          forget: () => void calls.push("forget f"),
        }),
      }, { forget: () => void calls.push("forget root") });
      const fs = fsOf(root, { destroy: () => void calls.push("destroy") });
      const session = await scene.mount(answering(fs));
      await using _holder = await holdOpen(`${scene.mnt}/f`);
      // By force: the server never hears of the close(2).
      await session[Symbol.asyncDispose]();
      assertEquals(calls, [
        "release undefined",
        "forget root",
        "forget f",
        "destroy",
      ]);
      assertEquals(session.server.nodeCount, 0);
      assertEquals(session.server.handleCount, 0);
    },
  );

  mountTest(
    `What release(), forget() and destroy() throw at unmount is reported and stops nothing, ${when}`,
    async (scene) => {
      const calls: string[] = [];
      const fails = (name: string) => (): void => {
        calls.push(name);
        throw new Error(`cannot ${name}`);
      };
      const root = directory({
        a: file("a", {
          release: fails("release a"),
          forget: fails("forget a"),
        }),
        b: file("b", {
          release: fails("release b"),
          forget: fails("forget b"),
        }),
      }, { forget: fails("forget root") });
      const fs = fsOf(root, { destroy: fails("destroy") });
      const session = await scene.mount(answering(fs));
      await using _a = await holdOpen(`${scene.mnt}/a`);
      await using _b = await holdOpen(`${scene.mnt}/b`);
      await session[Symbol.asyncDispose]();
      const all = [
        "release a",
        "release b",
        "forget root",
        "forget a",
        "forget b",
        "destroy",
      ];
      assertEquals(calls, all);
      assertEquals(scene.takeErrors(), all.map((name) => `cannot ${name}`));
    },
  );
}

mountTest(
  "A forget() that throws is reported, and the others are still forgotten",
  async (scene) => {
    const names = Array.from({ length: 50 }, (_, i) => `f${i}`);
    const forgotten = new Forgotten(names.length);
    const files = names.map((name) => [
      name,
      file(name, {
        forget: () => {
          forgotten.add(name);
          throw new Error("cannot forget");
        },
      }),
    ]);
    await using session = await scene.mount(
      fsOf(directory(Object.fromEntries(files))),
    );
    await run("ls", "-l", scene.mnt);
    assertEquals(session.server.nodeCount, 51);
    await dropCaches();
    await forgotten.all;
    assertEquals(session.server.nodeCount, 1);
    assertEquals(scene.takeErrors().length, names.length);
  },
  { dropsCaches: true },
);
