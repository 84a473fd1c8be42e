/**
 * Clients in a mount and in its source at the same time, each as fast as it
 * can: what holds in one directory holds between them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { inClient } from "../../_support/client.ts";
import type { Sys } from "../../_support/client_process.ts";
import { mountTest, type Scene } from "../../_support/mount.ts";
import { rounds } from "../../_support/platform.ts";
import { type Way, WAYS } from "./_beside_ways.ts";

const ROUNDS = rounds(100, 1000);
const PLACES = 10;
const THINGS = 6;

/** What a client saw. */
interface Seen {
  /** Which of the files that can be made once it has made. */
  readonly made: number[];
  /** How often somebody else was where only one may be. */
  readonly overlaps: number;
  /** How many things it has moved. */
  readonly moved: number;
  /** Errors that there should not be, and how often. */
  readonly errors: Record<string, number>;
}

/** A line that begins with who wrote it. */
function line(who: string, i: number): string {
  return `${who}${i} `.padEnd(5 + i * 7 % 191, who) + "\n";
}

/**
 * Does everything by turns. Who is in the source waits for the others, for it
 * would be done before they begin.
 */
function work(
  sys: Sys,
  dir: string,
  who: string,
  count: number,
  options: { locks: boolean; places: number; others: string[] },
  line: (who: string, i: number) => string,
): Seen {
  const { attempt, LOCK_EX, LOCK_UN, O_APPEND, O_CREAT, O_EXCL, O_RDWR } = sys;
  const { F_SETLKW, F_UNLCK, F_WRLCK } = sys;
  const log = sys.open(`${dir}/log`, sys.O_WRONLY | O_APPEND);
  const locked = sys.open(`${dir}/locked`, O_RDWR);
  const make = (path: string) =>
    sys.close(sys.open(path, O_CREAT | O_EXCL | sys.O_WRONLY, 0o666));
  const made: number[] = [];
  const errors: Record<string, number> = {};
  let [overlaps, moved] = [0, 0];
  const expect = (what: string, error: unknown, ...wanted: unknown[]) => {
    if (wanted.includes(error)) return error === null;
    errors[`${what}: ${error}`] = (errors[`${what}: ${error}`] ?? 0) + 1;
    return false;
  };
  const beAlone = (place: string) => {
    const isAlone = expect("enter", attempt(make, place), null, "EEXIST");
    if (!isAlone) overlaps++;
    else expect("leave", attempt(sys.unlink, place), null);
  };
  const counter = (who: string) =>
    sys.open(`${dir}/turns of ${who}`, O_CREAT | O_RDWR, 0o666);
  const turns = counter(who);
  const others = options.others.map(counter);
  const turnsOfOthers = () =>
    others.length === 0
      ? Infinity
      : others.reduce((sum, fd) => sum + sys.fstat(fd).size, 0);
  const place = () => `${dir}/places/${Math.random() * options.places | 0}`;
  for (let i = 0; i < count; i++) {
    const text = line(who, i);
    while (turnsOfOthers() < (1 + i % 2) * i) sys.sleep(0.1);
    if (sys.write(log, text) !== text.length) errors.short = 1;
    sys.pwrite(turns, ".", i);
    const once = attempt(make, `${dir}/once/${i}`);
    if (expect("make", once, null, "EEXIST")) made.push(i);
    // A directory that is not empty is never replaced.
    const [from, to] = [place(), place()];
    const error = attempt(sys.rename, from, to);
    const isMoved = expect("move", error, null, "ENOENT", "ENOTEMPTY");
    if (isMoved && from !== to) moved++;
    if (!options.locks || i % 5 > 0) continue;
    sys.flock(locked, LOCK_EX);
    beAlone(`${dir}/alone`);
    sys.flock(locked, LOCK_UN);
    sys.lock(locked, F_SETLKW, F_WRLCK);
    beAlone(`${dir}/alone too`);
    sys.lock(locked, F_SETLKW, F_UNLCK);
  }
  return { made, overlaps, moved, errors };
}

async function fill(source: string): Promise<void> {
  for (const dir of [source, `${source}/once`, `${source}/places`]) {
    await Deno.mkdir(dir);
  }
  for (const file of ["log", "locked"]) {
    await Deno.writeTextFile(`${source}/${file}`, "");
  }
  for (let i = 0; i < THINGS; i++) {
    await Deno.mkdir(`${source}/places/${i}`);
    await Deno.writeTextFile(`${source}/places/${i}/thing ${i}`, "");
  }
}

async function checkAtOnce(scene: Scene, way: Way): Promise<void> {
  const source = `${scene.dir}/source`;
  await fill(source);
  await using _session = await way.mount(scene, source);
  const clients = { a: scene.mnt, b: source, c: scene.mnt };
  const options = { locks: way.locks ?? false, places: PLACES };
  const seen = await Promise.all(
    Object.entries(clients).map(([who, dir]) =>
      inClient(
        dir,
        work,
        who,
        ROUNDS,
        { ...options, others: dir === source ? ["a", "c"] : [] },
        line,
      )
    ),
  );

  assertEquals(seen.map(({ errors }) => errors), [{}, {}, {}]);
  assertEquals(seen.map(({ overlaps }) => overlaps), [0, 0, 0]);
  const numbers = Array.from({ length: ROUNDS }, (_, i) => i);
  const made = seen.flatMap(({ made }) => made).sort((a, b) => a - b);
  assertEquals(made, numbers);
  const lines = numbers.flatMap((i) =>
    Object.keys(clients).map((who) => line(who, i))
  );
  const log = (await Deno.readTextFile(`${source}/log`)).split(/(?<=\n)/);
  assertEquals(log.sort(), lines.sort());
  const things: string[] = [];
  for await (const { name } of Deno.readDir(`${source}/places`)) {
    const inside = Deno.readDir(`${source}/places/${name}`);
    for await (const { name } of inside) things.push(name);
  }
  const all = Array.from({ length: THINGS }, (_, i) => `thing ${i}`);
  assertEquals(things.sort(), all);
}

for (const [name, way] of Object.entries(WAYS)) {
  mountTest(
    `Clients in ${name} and in its source lose nothing, make nothing twice and lock each other out`,
    (scene) => checkAtOnce(scene, way),
    { ignore: way.ignore },
  );
}
