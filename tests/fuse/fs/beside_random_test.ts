/**
 * Two clients make random calls in turns, one in a mount and one in its source:
 * they get what they would get in one directory.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { cString } from "../../../ffi/c_string.ts";
import { linuxLibc } from "../../../ffi/libc.ts";
import { ClientProcess } from "../../_support/client_process.ts";
import { mountTest, type Scene } from "../../_support/mount.ts";
import { rounds } from "../../_support/platform.ts";
import { randomNumbers, SEED } from "../_random.ts";
import { randomCalls } from "./_beside_calls.ts";
import type { Call } from "./_beside_client.ts";
import { type Way, WAYS } from "./_beside_ways.ts";

const CLIENT = import.meta.resolve("./_beside_client.ts");
const TURNS = rounds(60, 500);
const MS_BIND = 4096n;

/** Mounts a directory once more, elsewhere. */
function bind(source: string, target: string): Disposable {
  const [from, to, none] = [source, target, "none"].map(cString);
  const result = linuxLibc().mount(from!, to!, none!, MS_BIND, null);
  assertEquals(result, 0);
  return {
    [Symbol.dispose]: () => void linuxLibc().umount2(to!, 0),
  };
}

/** One of the two, and the paths of its two directories. */
class Client extends ClientProcess {
  async call<T>(name: string, ...args: unknown[]): Promise<T> {
    return await this.run(
      async (_, module, name, args) =>
        (await import(module))[name](...args) as unknown,
      CLIENT,
      name,
      args,
    ) as T;
  }
}

const TREE: Call = { name: "tree", uid: 0, args: [] };

async function compare(scene: Scene, way: Way): Promise<void> {
  const dirs = ["source", "plain", "bind"].map((name) =>
    `${scene.dir}/${name}`
  );
  const [source, plain, bound] = dirs as [string, string, string];
  for (const dir of dirs) {
    await Deno.mkdir(dir);
    await Deno.chmod(dir, 0o777);
  }
  using _bound = bind(plain, bound);
  await using session = await way.mount(scene, source);
  await using inMount = new Client();
  await using inSource = new Client();
  await inMount.call("enter", scene.mnt, bound);
  await inSource.call("enter", source, plain);

  const below = randomNumbers(SEED);
  const next = randomCalls(below, way);
  const history: string[] = [];
  const turn = async (client: Client, calls: Call[]): Promise<void> => {
    if (client === inMount && way.isCached) {
      await session.conn.notifyIncEpoch();
      await client.call("refresh");
    }
    const results = await client.call<[unknown, unknown][]>("make", calls);
    for (const [i, [here, there]] of results.entries()) {
      const { name, uid, args } = calls[i]!;
      const who = client === inMount ? "mount" : "source";
      const said = JSON.stringify(there)?.slice(0, 200);
      const words = `${who} ${uid} ${name}${JSON.stringify(args)}: ${said}`;
      const before = history.slice(-30).join("\n");
      const message = `HOSTKIT_SEED=${SEED}\n${before}\n${words}`;
      assertEquals(here, there, message);
      history.push(words);
    }
  };
  for (let i = 0; i < TURNS; i++) {
    const client = below(2) === 0 ? inMount : inSource;
    await turn(client, Array.from({ length: 1 + below(4) }, next));
    if (i % 25 > 0) continue;
    await turn(inMount, [TREE]);
    await turn(inSource, [TREE]);
  }
  await turn(inSource, [TREE]);
  await turn(inMount, [TREE]);
}

for (const [name, way] of Object.entries(WAYS)) {
  mountTest(
    `Two clients in ${name} and in its source get what they get in one directory`,
    (scene) => compare(scene, way),
    { ignore: way.ignore },
  );
}
