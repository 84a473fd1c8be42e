/**
 * Comparisons of several ways to do the same, which take turns, and limits on
 * their times.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a benchmark prints

import { median } from "./_statistics.ts";

/** The approximate time of a turn. */
const TURN_MS = 5;

/** A way to do something. */
export interface Way {
  readonly name: string;
  /** Does it many times; returns the milliseconds of one operation. */
  readonly run: () => number | Promise<number>;
}

/** A comparison of two ways, perhaps with a limit. */
export interface Target {
  readonly name: string;
  readonly of: string;
  /** The highest permitted ratio of the times. */
  readonly atMost?: number;
  /** The lowest permitted ratio of the speeds. */
  readonly atLeast?: number;
}

/** A comparison of ways. */
export interface Contest {
  readonly title: string;
  /** The ways; the table compares all with the first. */
  readonly ways: readonly Way[];
  readonly targets: readonly Target[];
}

/** Returns the milliseconds that `body` takes. */
export function time(body: () => void): number {
  const start = performance.now();
  body();
  return performance.now() - start;
}

/**
 * Returns a way that calls `run` with the number of times that fills a turn.
 */
export function fitted(run: (times: number) => number): Way["run"] {
  let times = 0;
  return () => {
    if (times === 0) {
      times = 10;
      // The first calls also compile the code.
      for (let i = 0; i < 4; i++) times = Math.ceil(TURN_MS / run(times));
    }
    return run(times);
  };
}

/**
 * Returns a way that times a loop. Each way passes its own loop, so that all
 * are compiled alike.
 */
export function loop(body: (times: number) => void): Way["run"] {
  return fitted((times) => time(() => body(times)) / times);
}

/**
 * Runs the ways in turns, in an order that rotates each round; prints medians,
 * and the medians of the rounds' ratios. An extra first round is not counted.
 *
 * @returns Whether all targets are met.
 */
export async function hold(
  { title, ways, targets }: Contest,
  rounds: number,
): Promise<boolean> {
  const times = new Map(ways.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < ways.length; turn++) {
      const { name, run } = ways[(round + turn) % ways.length]!;
      const ms = await run();
      if (round > 0) times.get(name)!.push(ms);
    }
  }
  const first = times.get(ways[0]!.name)!;
  console.log(`\n${title}`);
  for (const [name, all] of times) {
    const ratio = ratioOf(all, first).toFixed(2).padStart(8);
    console.log(`${format(median(all))}${ratio}  ${name}`);
  }
  return targets.map((target) => {
    const [ours, theirs] = [times.get(target.name), times.get(target.of)];
    if (ours !== undefined && theirs !== undefined) {
      return judge(target, ours, theirs);
    }
    console.log(
      `  ${target.name} : ${target.of} skipped: one of them is missing`,
    );
    return true;
  }).every((isMet) => isMet);
}

/** Prints the ratio of two ways; returns whether the target is met. */
function judge(
  { name, of, atMost, atLeast }: Target,
  ours: readonly number[],
  theirs: readonly number[],
): boolean {
  const isSpeed = atLeast !== undefined;
  const ratio = isSpeed ? ratioOf(theirs, ours) : ratioOf(ours, theirs);
  const text = isSpeed
    ? `  ${name} has ${ratio.toFixed(2)} times the speed of ${of}`
    : `  ${name} takes ${ratio.toFixed(2)} times as long as ${of}`;
  const bound = atLeast ?? atMost;
  if (bound === undefined) {
    console.log(text);
    return true;
  }
  const isMet = isSpeed ? ratio >= bound : ratio <= bound;
  const sense = isSpeed ? "at least" : "at most";
  console.log(
    `${text}: ${isMet ? "met" : "MISSED"}, ${sense} ${bound.toFixed(2)}`,
  );
  return isMet;
}

/** Returns the ratio of the times of two ways. */
function ratioOf(times: readonly number[], others: readonly number[]): number {
  return median(times.map((ms, round) => ms / others[round]!));
}

function format(ms: number): string {
  const [value, unit] = ms < 0.01
    ? [ms * 1e6, "ns"]
    : ms < 10
    ? [ms * 1e3, "µs"]
    : [ms, "ms"];
  return `${value.toFixed(1).padStart(9)} ${unit}`;
}
