import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { FSCK_USAGE } from "../../cli/fsck_command.ts";
import { SqliteFS } from "../../fuse/fs/mod.ts";
import { callMain } from "./call_main.ts";

async function withDatabase(body: (path: string) => Promise<void>) {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/fs.sqlite`;
    const fs = new SqliteFS(path);
    await fs.root();
    fs.destroy();
    await body(path);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("hostkit fsck prints that there are no errors, or each error, and repairs them", async () => {
  await withDatabase(async (path) => {
    const fine = {
      code: 0,
      stdout: `${path}: no errors\n`,
      stderr: "",
    };
    assertEquals(await callMain("fsck", path), fine);
    const db = new DatabaseSync(path);
    db.exec("INSERT INTO entries VALUES (1, x'782f79', 1, 4)");
    db.close();
    const wrong = 'an invalid name: "x/y" in /\n';
    assertEquals(await callMain("fsck", path), {
      code: 1,
      stdout: wrong,
      stderr: "",
    });
    assertEquals(await callMain("fsck", path, "--repair"), {
      code: 0,
      stdout: `${wrong}${path}: repaired\n`,
      stderr: "",
    });
    assertEquals(await callMain("fsck", path), fine);
  });
});

Deno.test("hostkit fsck refuses what is no file system, and makes none", async () => {
  await withDatabase(async (path) => {
    const none = `${path}-none`;
    assertEquals(await callMain("fsck", none), {
      code: 1,
      stdout: "",
      stderr: `hostkit: open "${none}": ENOENT: No such file or directory\n`,
    });
    await Deno.writeTextFile(none, "");
    assertEquals(await callMain("fsck", none), {
      code: 1,
      stdout: "",
      stderr: `hostkit: fsck "${none}": EINVAL: Invalid argument ` +
        "(it is empty)\n",
    });
    const fs = new SqliteFS(path);
    await fs.root();
    const { code, stderr } = await callMain("fsck", path);
    fs.destroy();
    assertEquals([code, stderr], [
      1,
      `hostkit: mount "${path}": EBUSY: Device or resource busy ` +
      "(it is mounted already, or another program uses it)\n",
    ]);
  });
});

Deno.test("hostkit fsck --help says how it is called", async () => {
  assertEquals(await callMain("fsck", "--help"), {
    code: 0,
    stdout: FSCK_USAGE,
    stderr: "",
  });
});

Deno.test("hostkit fsck refuses wrong usage with 2", async () => {
  assertEquals(await callMain("fsck"), {
    code: 2,
    stdout: "",
    stderr: "hostkit: fsck takes DATABASE\n",
  });
});
