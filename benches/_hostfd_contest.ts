/**
 * Several ways to do the same, which take turns and may take their time.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a benchmark prints

/** One way. */
export interface Way {
  readonly name: string;
  /** Does it for a while; returns the nanoseconds of one operation. */
  readonly run: () => number | Promise<number>;
}

/** How much of another's speed one way must have, or is asked about. */
export interface Target {
  readonly name: string;
  readonly of: string;
  readonly atLeast?: number;
}

/** What is compared. */
export interface Contest {
  readonly title: string;
  readonly ways: readonly Way[];
  readonly targets: readonly Target[];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/**
 * Lets the ways take turns, another one first each round, and prints medians,
 * and the medians of the rounds' ratios. A round before the first does not
 * count.
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
      const ns = await run();
      if (round > 0) times.get(name)!.push(ns);
    }
  }
  console.log(`\n${title}`);
  for (const [name, all] of times) {
    const ns = median(all);
    const each = ns < 1e6
      ? `${ns.toFixed(0).padStart(8)} ns`
      : `${(ns / 1e6).toFixed(0).padStart(8)} ms`;
    const speed = (1e9 / ns).toLocaleString("en", { maximumFractionDigits: 1 });
    console.log(`${each} ${speed.padStart(11)} /s  ${name}`);
  }
  let isGood = true;
  for (const { name, of, atLeast } of targets) {
    const [ours, theirs] = [times.get(name), times.get(of)];
    if (ours === undefined || theirs === undefined) {
      console.log(`  ${name} : ${of} skipped, as one of them is missing`);
      continue;
    }
    const ratio = median(ours.map((ns, i) => theirs[i]! / ns));
    const isMet = ratio >= (atLeast ?? 0);
    isGood &&= isMet;
    const verdict = atLeast === undefined
      ? ""
      : `: ${isMet ? "met" : "MISSED"}, at least ${atLeast.toFixed(2)}`;
    console.log(
      `  ${name} has ${ratio.toFixed(2)} times the speed of ${of}${verdict}`,
    );
  }
  return isGood;
}
