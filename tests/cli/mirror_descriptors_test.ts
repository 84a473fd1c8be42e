/**
 * The descriptors of a mirror's server, which its users take.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { inClient } from "../_support/client.ts";
import { RunningHostkit } from "../_support/hostkit.ts";
import { mountTest, type Scene } from "../_support/mount.ts";

const FILES = 400;

/** Mounts a mirror of many files, by a server with limits of its own. */
async function mountMirror(
  scene: Scene,
  limits: string,
  ...options: string[]
): Promise<RunningHostkit> {
  const source = `${scene.dir}/source`;
  await Deno.mkdir(source);
  await Deno.chmod(scene.dir, 0o755);
  for (let i = 0; i < FILES; i++) {
    await Deno.writeTextFile(`${source}/f${i}`, "x");
  }
  const words = ["mount", "mirror", source, scene.mnt, "--allow-other"];
  return await RunningHostkit.startUnder(
    ["sh", "-c", `${limits} && exec "$@"`, "sh"],
    ...words,
    ...options,
  );
}

for (const options of [[], ["--workers", "2"]]) {
  mountTest(
    `A user of a mirror takes no more descriptors than are left: ${
      options.join(" ") || "one thread"
    }`,
    async (scene) => {
      await using command = await mountMirror(
        scene,
        "ulimit -n 256",
        ...options,
      );
      const seen = await inClient(
        scene.mnt,
        ({ attempt, as, close, open, listdir, ...sys }, mnt, most) => {
          /** Opens as many as a user can, and returns them and the error. */
          const take = (uid: number) => {
            const fds: number[] = [];
            for (let i = 0; i < most; i++) {
              const fd = as(
                { uid },
                () => attempt(open, `${mnt}/f${i}`, sys.O_RDONLY),
              );
              if (typeof fd !== "number") return { fds, error: fd };
              fds.push(fd);
            }
            return { fds, error: "none" };
          };
          const first = take(12345);
          const second = take(23456);
          const root = take(0);
          const open0 = () => attempt(open, `${mnt}/f0`, sys.O_RDONLY);
          const again = as({ uid: 12345 }, open0);
          for (const { fds } of [second, root]) fds.forEach(close);
          for (const fd of first.fds) close(fd);
          const counts = [first, second, root].map(({ fds }) => fds.length);
          // Without FLUSH, close(2) does not wait for the server, so this
          // open(2) may arrive before most of the RELEASE requests.
          const after = sys.settled(
            () => typeof as({ uid: 12345 }, open0),
            "number",
          );
          return {
            counts,
            errors: [first, second, root].map(({ error }) => error),
            again,
            after,
            names: listdir(mnt).length,
          };
        },
        FILES,
      );
      const [first, second, root] = seen.counts as [number, number, number];
      assertEquals(seen.errors, ["EMFILE", "EMFILE", "EMFILE"]);
      assertEquals(seen.again, "EMFILE");
      assertEquals([seen.after, seen.names], ["number", FILES]);
      assert(first > 10 && second > 5 && root > 2, `${seen.counts}`);
      assert(first <= second + root + 1, `${seen.counts}`);
      assertEquals((await command.end("SIGINT")).code, 0);
    },
  );
}

mountTest(
  "A user of a mirror takes no descriptors by removed directories either",
  async (scene) => {
    await using command = await mountMirror(scene, "ulimit -n 256");
    await Deno.chmod(`${scene.dir}/source`, 0o777);
    const seen = await inClient(
      scene.mnt,
      ({ as, content, listdir, mkdir, open, rmdir, ...sys }, mnt) => {
        // The server hears of no open(2) with O_PATH.
        as({ uid: 12345 }, () => {
          for (let i = 0; i < 300; i++) {
            mkdir(`${mnt}/d`);
            open(`${mnt}/d`, sys.O_PATH);
            rmdir(`${mnt}/d`);
          }
        });
        const other = as({ uid: 23456 }, () => content(`${mnt}/f0`));
        return [other, content(`${mnt}/f1`), listdir(mnt).length];
      },
    );
    assertEquals(seen, ["x", "x", FILES]);
    assertEquals((await command.end("SIGINT")).code, 0);
  },
);

mountTest(
  "hostkit mount has as many descriptors as the hard limit allows",
  async (scene) => {
    await using command = await mountMirror(scene, "ulimit -Sn 128");
    const count = await inClient(
      scene.mnt,
      ({ attempt, open, O_RDONLY }, mnt) => {
        let count = 0;
        while (
          count < 300 &&
          typeof attempt(open, `${mnt}/f${count}`, O_RDONLY) === "number"
        ) count++;
        return count;
      },
    );
    assertEquals(count, 300);
    assertEquals((await command.end("SIGINT")).code, 0);
  },
);
