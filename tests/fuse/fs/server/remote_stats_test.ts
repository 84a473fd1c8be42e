import { assert, assertEquals, assertRejects } from "@std/assert";
import { SyscallError } from "../../../../ffi/mod.ts";
import { readServerStats, STATS_XATTR } from "../../../../fuse/fs/mod.ts";
import { inClient } from "../../../_support/client.ts";
import { RunningHostkit } from "../../../_support/hostkit.ts";
import { mountTest } from "../../../_support/mount.ts";
import { directory, file, fsOf } from "../../../_support/nodes.ts";

mountTest(
  "readServerStats() returns what Server.stats says, with statsXattr",
  async (scene) => {
    const fs = fsOf(directory({ f: file("f") }));
    await using session = await scene.mount(fs, { statsXattr: true });
    const [before, after] = [
      await readServerStats(scene.mnt),
      await readServerStats(scene.mnt),
    ];
    const counts = ({ byOperation }: typeof before): unknown[] =>
      byOperation.filter(({ opname }) => opname !== "GETXATTR");
    const { stats } = session.server;
    assertEquals(counts(after), JSON.parse(JSON.stringify(counts(stats))));
    assertEquals(after.operations, before.operations + 1);
    assertEquals(stats.operations, after.operations + 1);
    assert(after.callers.some(({ pid }) => pid > 0));
  },
);

mountTest(
  "readServerStats() throws EOPNOTSUPP without statsXattr, EINVAL where nothing is mounted",
  async (scene) => {
    const thrown = async (code: string): Promise<void> => {
      const error = await assertRejects(
        () => readServerStats(scene.mnt),
        SyscallError,
      );
      assertEquals((error as SyscallError).code, code);
    };
    await thrown("EINVAL");
    const root = directory({}, { getxattr: () => undefined });
    await using _session = await scene.mount(fsOf(root));
    await thrown("EOPNOTSUPP");
  },
);

mountTest(
  "statsXattr shows statistics of the root alone, to root and the server's user alone, and lists none",
  async (scene) => {
    const value = new TextEncoder().encode("own");
    const own = { getxattr: () => value, listxattr: () => ["user.own"] };
    const f = file("f", own);
    const fs = fsOf(directory({ f }, own));
    await using _session = await scene.mount(fs, {
      statsXattr: true,
      allowOther: true,
    });
    const seen = await inClient(
      scene.mnt,
      ({ as, attempt, getxattr, listxattr }, mnt, name) => [
        JSON.parse(getxattr(mnt, name)).nodes >= 1,
        getxattr(mnt, "user.own"),
        getxattr(mnt + "/f", name),
        listxattr(mnt),
        as({ uid: 65534 }, () => attempt(getxattr, mnt, name)),
      ],
      STATS_XATTR,
    );
    assertEquals(seen, [true, "own", "own", ["user.own"], "EPERM"]);
  },
);

mountTest(
  "readServerStats() throws ETIMEDOUT while the server does not answer",
  async (scene) => {
    await using server = await RunningHostkit.start(
      "mount",
      "hello",
      scene.mnt,
    );
    server.kill("SIGSTOP");
    const error = await assertRejects(
      () => readServerStats(scene.mnt, 10),
      SyscallError,
      "does not answer",
    );
    server.kill("SIGCONT");
    assertEquals((error as SyscallError).code, "ETIMEDOUT");
    assertEquals((await server.end("SIGINT")).code, 0);
  },
);
