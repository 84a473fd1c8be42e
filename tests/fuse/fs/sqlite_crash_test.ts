/**
 * The server of a database, killed in the middle of its work.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { output } from "../../_support/client.ts";
import { RunningHostkit } from "../../_support/hostkit.ts";
import { mountTest } from "../../_support/mount.ts";
import { rounds } from "../../_support/platform.ts";
import { fsck } from "../../_support/sqlite_fsck.ts";
import { CRASH_CLIENT } from "./_crash_client.ts";

const KILLS = rounds(4);
/** How many times the client calls fsync(2) before a kill, at most. */
const MOST_STORED = 40;

/** Starts the client, and waits until it has said that many lines. */
async function startClient(
  mnt: string,
  where: string,
  lines: number,
): Promise<{ said: string; end(): Promise<string> }> {
  const child = new Deno.Command("timeout", {
    args: ["-k", "1", "60", "python3", "-c", CRASH_CLIENT, mnt, where],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const decoder = new TextDecoder();
  const reader = child.stdout.getReader();
  let said = "";
  const read = async (): Promise<boolean> => {
    const { value, done } = await reader.read();
    if (!done) said += decoder.decode(value);
    return !done;
  };
  while (said.split("\n").length <= lines && await read());
  return {
    said,
    end: async () => {
      while (await read());
      await child.status;
      return said;
    },
  };
}

/** What the client says that is not that something was stored. */
function complaints(said: string): string[] {
  return said.split("\n").filter((line) => line !== "stored" && line !== "");
}

mountTest(
  `SqliteFS killed ${KILLS} times while it is used has all that was stored, and is whole`,
  async (scene) => {
    const path = `${scene.dir}/fs.sqlite`;
    const copy = `${scene.dir}/copy.sqlite`;
    for (let i = 0; i <= KILLS; i++) {
      await using server = await RunningHostkit.start(
        "mount",
        "sqlite",
        path,
        scene.mnt,
      );
      const lines = 1 + i * 7 % MOST_STORED;
      const client = await startClient(scene.mnt, scene.dir, lines);
      assertEquals(complaints(client.said), [], `after ${i} kills`);
      if (i === KILLS) {
        assertEquals((await server.end("SIGTERM")).code, 0);
        assertEquals(fsck(path), []);
        await client.end();
        break;
      }
      await server.end("SIGKILL");
      await client.end();
      await output("umount", "-l", scene.mnt);
      // A copy, so that the server has to recover by itself.
      await output("cp", path, copy);
      await output("cp", `${path}-wal`, `${copy}-wal`);
      assertEquals(fsck(copy), [], `after ${i + 1} kills`);
    }
  },
  { programs: ["python3"], limitMs: 60_000 + KILLS * 15_000 },
);
