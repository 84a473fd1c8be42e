/**
 * What cannot be made, and what becomes of what was made for nobody.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { CreateResponse, OpenResponse } from "../../../../fuse/mod.ts";
import { inClient } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../../_support/nodes.ts";

mountTest(
  "What a directory cannot make or change is refused with EPERM, and O_TMPFILE with EOPNOTSUPP",
  async (scene) => {
    const root = directory({ f: file("f"), d: directory() });
    await using _session = await scene.mount(fsOf(root));
    const seen = await inClient(scene.mnt, ({ attempt, ...sys }, mnt) => {
      sys.chdir(mnt);
      return [
        attempt(sys.mkdir, "x"),
        attempt(sys.mkfifo, "x"),
        attempt(sys.symlink, "f", "x"),
        attempt(sys.link, "f", "x"),
        attempt(sys.unlink, "f"),
        attempt(sys.rmdir, "d"),
        attempt(sys.rename, "f", "x"),
        attempt(sys.create, "x"),
        attempt(sys.open, ".", sys.O_TMPFILE | sys.O_RDWR),
        attempt(sys.chmod, "f", 0o600),
        attempt(sys.chmod, "f", 0o644),
        attempt(sys.chown, "f", 1, 1),
        attempt(sys.utime, "f"),
        attempt(sys.setxattr, "f", "user.a", ""),
        attempt(sys.removexattr, "f", "user.a"),
        sys.content("f"),
      ];
    });
    assertEquals(seen, [
      ...Array(8).fill("EPERM"),
      "EOPNOTSUPP",
      ...["EPERM", null, "EPERM", "EPERM", "EOPNOTSUPP", "EOPNOTSUPP"],
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
      assertEquals(
        await inClient(
          scene.mnt,
          ({ attempt, put }, mnt) => attempt(put, mnt + "/f"),
        ),
        "EIO",
      );
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
    assertEquals(
      await inClient(scene.mnt, ({ attempt, mkdir, put }, mnt) => [
        attempt(mkdir, mnt + "/d"),
        attempt(put, mnt + "/f"),
      ]),
      ["EIO", "EIO"],
    );
    assertEquals(scene.takeErrors(), [
      "Cannot answer without a node",
      "Cannot answer without a node and a handle",
    ]);
    assertEquals(session.server.nodeCount, 1);
  },
);

mountTest(
  "How a file is opened must be numbers, or what was opened is released",
  async (scene) => {
    const wrong = (response: OpenResponse | CreateResponse) =>
      void Object.assign(response, { flags: "text" });
    for (const [, answering] of WAYS) {
      let released = 0;
      const made = file("", { release: () => void released++ });
      const opens = file("", {
        open: (_request, response) => (wrong(response), made),
      });
      const fs = fsOf(directory({ f: opens }, {
        create: (_request, response) => (wrong(response), [made, made]),
      }));
      await using session = await scene.mount(answering(fs));
      assertEquals(
        await inClient(scene.mnt, ({ attempt, open, put }, mnt) => [
          attempt(open, mnt + "/f", 0),
          attempt(put, mnt + "/new"),
        ]),
        ["EIO", "EIO"],
      );
      const message = "flags must be a number, not string";
      assertEquals(scene.takeErrors(), [message, message]);
      assertEquals([released, session.server.handleCount], [2, 0]);
    }
  },
);

mountTest(
  "A cache time that is no number is reported, and no lookup counted",
  async (scene) => {
    const fs = fsOf(directory({
      f: file("", {
        attr: (attr) => {
          attr.mode = 0o100644;
          attr.validMs = NaN;
        },
      }),
    }));
    await using session = await scene.mount(fs);
    assertEquals(
      await inClient(
        scene.mnt,
        ({ attempt, stat }, mnt) => attempt(stat, mnt + "/f"),
      ),
      "EIO",
    );
    assertEquals(scene.takeErrors(), ["Cannot set validMs to NaN"]);
    assertEquals(session.server.nodeCount, 1);
  },
);
