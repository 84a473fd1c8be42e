/**
 * What cannot be made, and what becomes of what was made for nobody.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../_support/nodes.ts";

mountTest(
  "What a directory cannot make or change is refused with EPERM, and O_TMPFILE with EOPNOTSUPP",
  async (scene) => {
    const root = directory({ f: file("f"), d: directory() });
    await using _session = await scene.mount(fsOf(root));
    const seen = await python(
      scene.mnt,
      `
os.chdir(mnt)
say([attempt(os.mkdir, "x"), attempt(os.mkfifo, "x"), attempt(os.symlink, "f", "x"),
     attempt(os.link, "f", "x"), attempt(os.unlink, "f"), attempt(os.rmdir, "d"),
     attempt(os.rename, "f", "x"), attempt(open, "x", "w"), attempt(os.open, ".", os.O_TMPFILE | os.O_RDWR),
     attempt(os.chmod, "f", 0o600), attempt(os.chmod, "f", 0o644), attempt(os.chown, "f", 1, 1),
     attempt(os.utime, "f"), attempt(os.setxattr, "f", "user.a", b""), attempt(os.removexattr, "f", "user.a"),
     read("f")])
`,
    );
    assertEquals(seen, [
      ...Array(8).fill("EPERM"),
      "ENOTSUP",
      ...["EPERM", null, "EPERM", "EPERM", "ENOTSUP", "ENOTSUP"],
      "f",
    ]);
  },
);

mountTest(
  "What a creating operation made for a caller who is gone is forgotten and released",
  async (scene) => {
    const calls: string[] = [];
    const done = Promise.withResolvers<void>();
    const called = (what: string) => {
      calls.push(what);
      if (calls.length === 3) done.resolve();
    };
    const go = Promise.withResolvers<void>();
    const made = file("", {
      release: () => called("release"),
      forget: () => called("forget"),
    });
    const slowly = async <T>(answer: T): Promise<T> => {
      await go.promise;
      return answer;
    };
    // The kernel makes one thing after the other in a directory.
    const root = directory({
      a: directory({}, { create: () => slowly([made, made] as const) }),
      b: directory({}, {
        mkdir: () =>
          slowly(
            directory({}, {
              forget: () => called("forget directory"),
            }),
          ),
      }),
    });
    const session = await scene.mount(fsOf(root), { drainMs: 1 });
    const clients = [
      new Deno.Command("touch", { args: [`${scene.mnt}/a/f`], stderr: "null" }),
      new Deno.Command("mkdir", { args: [`${scene.mnt}/b/d`], stderr: "null" }),
    ].map((command) => command.spawn());
    while (session.server.inFlightCount < 2) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await session.conn.close();
    for (const client of clients) assertEquals((await client.status).code, 1);
    await session.closed;
    // All has been swept: nobody else forgets what comes now.
    go.resolve();
    await done.promise;
    await session.unmount({ lazy: true });
    assertEquals(calls.sort(), ["forget", "forget directory", "release"]);
    assertEquals(session.server.nodeCount, 0);
    assertEquals(session.server.handleCount, 0);
  },
  { programs: [] },
);

mountTest(
  "A create() whose node has no usable attributes is EIO, and its handle released",
  async (scene) => {
    for (const [, answering] of WAYS) {
      let released = 0;
      const bad = file("", {
        attr: (attr) => void (attr.mode = 0o644),
        release: () => void released++,
      });
      const fs = fsOf(directory({}, { create: () => [bad, bad] }));
      await using session = await scene.mount(answering(fs));
      const script = `say(attempt(open, mnt + "/f", "w"))`;
      assertEquals(await python(scene.mnt, script), "EIO");
      assertEquals(scene.takeErrors(), [
        "Cannot use attributes whose mode has no file type",
      ]);
      assertEquals([released, session.server.handleCount], [1, 0]);
      assertEquals(session.server.nodeCount, 1);
    }
  },
);

mountTest(
  "A creating operation that answers nothing is EIO and reported once",
  async (scene) => {
    const root = directory({}, {
      mkdir: () => undefined!,
      create: () => [undefined!, undefined!],
    });
    await using session = await scene.mount(fsOf(root));
    const script =
      `say([attempt(os.mkdir, mnt + "/d"), attempt(open, mnt + "/f", "w")])`;
    assertEquals(await python(scene.mnt, script), ["EIO", "EIO"]);
    assertEquals(scene.takeErrors(), [
      "Cannot answer without a node",
      "Cannot answer without a node and a handle",
    ]);
    assertEquals(session.server.nodeCount, 1);
  },
);
