import { assert, assertEquals } from "@std/assert";
import { output } from "../_support/client.ts";
import { mountTest } from "../_support/mount.ts";
import {
  asUser,
  hasFusermount,
  USER_PROGRAMS,
} from "../_support/ordinary_user.ts";
import { denoCommand } from "../_support/platform.ts";

const PROGRAM = "tests/fuse/_mount_rounds.ts";
const ROOT = `${import.meta.dirname}/../..`;

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

mountTest(
  "200 rounds of mounting and unmounting leave nothing behind",
  async (scene) => {
    const [deno, ...words] = denoCommand;
    const args = [...words, "run", "-A", `${ROOT}/${PROGRAM}`, scene.mnt];
    assertNothingLeft(JSON.parse(await output(deno, ...args)));
  },
  { programs: [] },
);

mountTest(
  "200 rounds with fusermount3 leave nothing behind",
  async (scene) => assertNothingLeft(await asUser(scene, PROGRAM)),
  { programs: USER_PROGRAMS, ignore: !hasFusermount },
);
