import { assert, assertEquals } from "@std/assert";
import { output } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import {
  asUser,
  hasFusermount,
  USER_PROGRAMS,
} from "../../_support/ordinary_user.ts";
import { denoCommand, rounds } from "../../_support/platform.ts";

const PROGRAM = "tests/fuse/mount/_mount_rounds.ts";
const ROOT = `${import.meta.dirname}/../../..`;

interface Counts {
  fds: number;
  threads: number;
  children: number;
  mounts: number;
}

function assertNothingLeft(outcome: { before: Counts; after: Counts }): void {
  const { threads: threadsBefore, ...before } = outcome.before;
  const { threads, ...after } = outcome.after;
  assertEquals(after, before);
  assertEquals([after.children, after.mounts], [0, 0]);
  // The runtime's pool may have grown by a few, but not by one each round.
  assert(threads < threadsBefore + 10, `${threadsBefore} to ${threads}`);
}

/** Starts a program of this directory, to be fed and waited for. */
function start(program: string, ...args: string[]): Deno.ChildProcess {
  const [deno, ...words] = denoCommand;
  return new Deno.Command(deno, {
    args: [...words, "run", "-A", `${import.meta.dirname}/${program}`, ...args],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
}

mountTest(
  "Mounting and unmounting fail for nobody while others mount and unmount",
  async ({ dir }) => {
    const dirs = ["a", "b", "c", "other"].map((name) => `${dir}/${name}`);
    for (const path of dirs) await Deno.mkdir(path);
    const others = start("_other_mounts.ts", dirs.pop()!);
    const failures = await Promise.all(dirs.map(async (path) => {
      const count = `${rounds(100, 3334)}`;
      const child = start("_mount_among_others.ts", path, count);
      await child.stdin.close();
      return await new Response(child.stdout).json();
    }));
    await others.stdin.close();
    assertEquals((await others.output()).code, 0);
    assertEquals(failures, [[], [], []]);
  },
  { limitMs: rounds(60_000, 600_000) },
);

mountTest(
  "Rounds of mounting and unmounting leave nothing behind",
  async (scene) => {
    const [deno, ...words] = denoCommand;
    const args = [...words, "run", "-A", `${ROOT}/${PROGRAM}`, scene.mnt];
    assertNothingLeft(JSON.parse(await output(deno, ...args)));
  },
);

mountTest(
  "Rounds with fusermount3 leave nothing behind",
  async (scene) => assertNothingLeft(await asUser(scene, PROGRAM)),
  { programs: USER_PROGRAMS, ignore: !hasFusermount },
);
