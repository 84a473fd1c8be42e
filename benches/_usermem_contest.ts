/**
 * Several ways to do the same, which take turns.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a benchmark prints

const ROUNDS = 41;
/** How long a turn is, roughly, in nanoseconds. */
const TURN = 5e6;

/** What a ratio must be. */
export type Limit = readonly ["at most" | "at least", number];

/** One of the ways that a table compares. */
export interface Way {
  readonly name: string;
  /** Does it so many times; returns nanoseconds for each. */
  readonly run: (times: number) => number;
  /** The name of the way that it is compared with. */
  readonly against?: string;
  readonly limit?: Limit;
}

/** Times a loop, which each way has to itself, so that all are compiled alike. */
export function loop(body: (times: number) => void): Way["run"] {
  return (times) => {
    const start = performance.now();
    body(times);
    return (performance.now() - start) * 1e6 / times;
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** Lets the ways take turns; prints a table and returns whether it is good. */
export function compare(title: string, ways: readonly Way[]): boolean {
  const times = ways.map(({ run }) => {
    let fit = 10;
    // The first ones compile it.
    for (let i = 0; i < 4; i++) fit = Math.ceil(TURN / run(fit));
    return fit;
  });
  const rounds = Array.from(
    { length: ROUNDS },
    () => ways.map(({ run }, i) => run(times[i]!)),
  );
  console.log(`\n${title}`);
  let good = true;
  for (const [i, { name, against, limit }] of ways.entries()) {
    const time = median(rounds.map((round) => round[i]!));
    let remark = "";
    if (against !== undefined && against !== name) {
      const other = ways.findIndex((way) => way.name === against);
      const ratio = median(rounds.map((round) => round[i]! / round[other]!));
      remark = `${ratio.toFixed(2).padStart(8)} × ${against}`;
      if (limit !== undefined) {
        const [sense, bound] = limit;
        const met = sense === "at most" ? ratio <= bound : ratio >= bound;
        remark += `, ${sense} ${bound}${met ? "" : ": MISSED"}`;
        good &&= met;
      }
    }
    console.log(`${name.padEnd(26)} ${format(time)}${remark}`);
  }
  return good;
}

function format(ns: number): string {
  return ns < 1e4
    ? `${ns.toFixed(0).padStart(8)} ns`
    : `${(ns / 1e3).toFixed(1).padStart(8)} µs`;
}
