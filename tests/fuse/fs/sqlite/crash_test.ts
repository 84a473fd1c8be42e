/**
 * The server of a database, killed in the middle of its work.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { output } from "../../../_support/client.ts";
import { ClientProcess } from "../../../_support/client_process.ts";
import { RunningHostkit } from "../../../_support/hostkit.ts";
import { mountTest } from "../../../_support/mount.ts";
import { rounds } from "../../../_support/platform.ts";
import { fsck } from "../../../_support/sqlite_fsck.ts";
import { randomNumbers, SEED } from "../../_random.ts";

const CLIENT = import.meta.resolve("./_crash_client.ts");
const KILLS = rounds(4);
/** How many times the client calls fsync(2) before a kill, at most. */
const MOST_STORED = 40;
/** For how long it then goes on, at most. */
const MOST_MS = 20;

/** The one client, which remembers what it did. */
class Client extends ClientProcess {
  async call(name: string, ...args: unknown[]): Promise<unknown> {
    return await this.run(
      async (_, module, name, args) =>
        (await import(module))[name](...args) as unknown,
      CLIENT,
      name,
      args,
    ).catch((cause) => {
      throw new Error(`HOSTKIT_SEED=${SEED}`, { cause });
    });
  }
}

mountTest(
  `SqliteFS killed ${KILLS} times while it is used has all that was stored, and is whole`,
  async (scene) => {
    const path = `${scene.dir}/fs.sqlite`;
    const copy = `${scene.dir}/copy.sqlite`;
    const below = randomNumbers(SEED);
    await using client = new Client();
    for (let kills = 0; kills <= KILLS; kills++) {
      const message = `HOSTKIT_SEED=${SEED}, after ${kills} kills`;
      await using server = await RunningHostkit.start(
        "mount",
        "sqlite",
        path,
        scene.mnt,
      );
      if (server.stdout === "") {
        throw new Error(`${message}: ${(await server.end()).stderr}`);
      }
      assertEquals(await client.call("check", scene.mnt), undefined, message);
      await client.call("begin", below(2 ** 32), 1 + below(MOST_STORED));
      const isLast = kills === KILLS;
      const end = async () => {
        await new Promise((resolve) => setTimeout(resolve, below(MOST_MS)));
        return await server.end(isLast ? "SIGTERM" : "SIGKILL");
      };
      const [{ code, stderr }] = await Promise.all([
        end(),
        client.call("goOn"),
      ]);
      if (isLast) {
        assertEquals(code, 0, `${message}: ${stderr}`);
        assertEquals(fsck(path), [], message);
        break;
      }
      await output("umount", "-l", scene.mnt);
      // A copy, so that the server has to recover by itself.
      await output("cp", path, copy);
      await output("cp", `${path}-wal`, `${copy}-wal`);
      assertEquals(fsck(copy), [], message);
    }
  },
);
