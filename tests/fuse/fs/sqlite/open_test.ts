/**
 * Which databases become a file system, and which are refused.
 *
 * @module
 */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SyscallError } from "../../../../ffi/mod.ts";
import { SqliteFS } from "../../../../fuse/fs/mod.ts";
import { output, run } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { mountDatabase, pathOf } from "./_scene.ts";

mountTest("SqliteFS refuses a database that is in use", async (scene) => {
  await using session = await mountDatabase(scene);
  const path = pathOf(scene);
  const hint = "it is mounted already, or another program uses it";
  const message = `mount "${path}": EBUSY: Device or resource busy (${hint})`;
  const error = await assertRejects(
    async () => void await new SqliteFS(path, { busyMs: 0 }).root(),
    SyscallError,
  );
  assertEquals(error.message, message);
  const { stderr } = await run("sqlite3", path, "SELECT * FROM volume");
  assertStringIncludes(stderr, "locked");
  await output("touch", `${scene.mnt}/still-works`);
  await session.unmount();
  const db = new DatabaseSync(path);
  db.exec("BEGIN IMMEDIATE");
  try {
    const error = await assertRejects(
      () => mountDatabase(scene, { busyMs: 0 }),
      SyscallError,
    );
    assertEquals(error.message, message);
  } finally {
    db.close();
  }
}, { programs: ["sqlite3"] });

mountTest(
  "SqliteFS waits for the end of who uses the database, and says so",
  async (scene) => {
    const path = pathOf(scene);
    const first = new SqliteFS(path);
    await first.root();
    const reports: string[] = [];
    const second = new SqliteFS(path, {
      report: (message) => {
        reports.push(message);
        first.destroy();
      },
    });
    await second.root();
    second.destroy();
    assertEquals(reports, [
      `${path} is in use: waiting for the end of its server`,
    ]);
  },
);

mountTest("SqliteFS refuses to be mounted twice", async (scene) => {
  const fs = new SqliteFS(pathOf(scene));
  await using session = await scene.mount(fs);
  const error = await assertRejects(() => fs.root(), SyscallError);
  assertStringIncludes(error.message, "this SqliteFS is mounted already");
  await session.unmount();
  await fs.root();
  fs.destroy();
});

Deno.test("SqliteFS refuses a file that is something else, and leaves it as it is", async () => {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/file`;
  const make = (sql: string): void => {
    const db = new DatabaseSync(path);
    db.exec(sql);
    db.close();
  };
  const cases: [message: string, make: () => void][] = [
    ["the file is not an SQLite database", () => {
      Deno.writeTextFileSync(path, "no database ".repeat(100));
    }],
    ["a database, but not a hostkit file system", () => {
      make("CREATE TABLE t (a)");
    }],
    ["a database, but not a hostkit file system", () => {
      make("PRAGMA application_id = 5; CREATE TABLE t (a); DROP TABLE t");
    }],
    ["its format has version 2, but only 1 is supported", () => {
      make("PRAGMA application_id = 1751869043; PRAGMA user_version = 2");
    }],
  ];
  try {
    for (const [hint, makeFile] of cases) {
      makeFile();
      const before = await Deno.readFile(path);
      const fs = new SqliteFS(path);
      const error = await assertRejects(() => fs.root(), SyscallError);
      assertEquals(
        error.message,
        `mount "${path}": EINVAL: Invalid argument (${hint})`,
      );
      assertEquals(await Deno.readFile(path), before);
      await Deno.remove(path);
    }
    for (
      const [path, code] of [
        [`${dir}/none/file`, "ENOENT"],
        ["/dev/null/file", "ENOTDIR"],
        [dir, "EACCES"],
      ] as const
    ) {
      const error = await assertRejects(
        () => new SqliteFS(path).root(),
        SyscallError,
      );
      assertEquals(error.code, code, path);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("SqliteFS takes every path for that of a file", async () => {
  const dir = await Deno.makeTempDir();
  const before = Deno.cwd();
  Deno.chdir(dir);
  try {
    for (const path of [":memory:", "file:a?mode=memory", "b"]) {
      const fs = new SqliteFS(path);
      await fs.root();
      fs.destroy();
      const names = await Array.fromAsync(Deno.readDir("."), (it) => it.name);
      assertEquals(names, [path]);
      await Deno.remove(path);
    }
    const error = await assertRejects(
      async () => void await new SqliteFS("").root(),
      SyscallError,
    );
    assertEquals(error.code, "ENOENT");
  } finally {
    Deno.chdir(before);
    await Deno.remove(dir, { recursive: true });
  }
});

mountTest(
  "SqliteFS refuses a database that it cannot change",
  async (scene) => {
    const host = `${scene.dir}/host`;
    await Deno.mkdir(host);
    await output("mount", "-t", "tmpfs", "none", host);
    try {
      const path = `${host}/fs.sqlite`;
      const open = async (): Promise<void> => {
        const fs = new SqliteFS(path);
        await fs.root();
        fs.destroy();
      };
      for (const isNew of [true, false]) {
        if (!isNew) await open();
        await output("mount", "-o", "remount,ro", host);
        const error = await assertRejects(open, SyscallError);
        assertEquals([error.code, error.path], ["EROFS", path]);
        await output("mount", "-o", "remount,rw", host);
      }
    } finally {
      await output("umount", host);
    }
  },
  { programs: ["mount", "umount"] },
);

Deno.test("SqliteFS takes an empty file for a new file system", async () => {
  const path = await Deno.makeTempFile();
  const fs = new SqliteFS(path, { mode: 0o1777, uid: 5, gid: 6 });
  await fs.root();
  fs.destroy();
  const db = new DatabaseSync(path);
  const row = db.prepare("SELECT mode, uid, gid FROM inodes").get()!;
  db.close();
  await Deno.remove(path);
  assertEquals({ ...row }, { mode: 0o41777, uid: 5, gid: 6 });
});
