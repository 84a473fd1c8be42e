/**
 * Several ways to do the same, which take turns.
 *
 * @module
 */

/** One way. */
export interface Way {
  /** What it is called in the table. */
  readonly name: string;
  /** Does it, and returns the milliseconds it took. */
  readonly run: () => number;
}

/** What must hold: one way takes at most so many times as long as another. */
export interface Target {
  readonly name: string;
  readonly of: string;
  readonly times: number;
}

/** What is compared. */
export interface Contest {
  readonly title: string;
  /** The ways; the others are compared to the first. */
  readonly ways: readonly Way[];
  readonly targets: readonly Target[];
}

/** Returns the milliseconds that something takes. */
export function time(body: () => void): number {
  const start = performance.now();
  body();
  return performance.now() - start;
}

/** Runs a program to its end; returns its standard output. */
export function output(
  words: readonly string[],
  options: Omit<Deno.CommandOptions, "args"> = {},
): string {
  const [program, ...args] = words;
  const command = new Deno.Command(program!, {
    stderr: "inherit",
    ...options,
    args,
  });
  const { success, stdout } = command.outputSync();
  if (!success) throw new Error(`${words.join(" ")} failed`);
  return new TextDecoder().decode(stdout);
}

/**
 * Lets the ways take turns, another one first each round; returns the medians
 * by name. A round before the first does not count.
 */
export function hold(
  { ways }: Contest,
  rounds: number,
): ReadonlyMap<string, number> {
  const times = ways.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < ways.length; turn++) {
      const at = (round + turn) % ways.length;
      const ms = ways[at]!.run();
      if (round > 0) times[at]!.push(ms);
    }
  }
  return new Map(ways.map(({ name }, at) => [name, median(times[at]!)]));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? sorted[half]!
    : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Returns the medians as a table, and whether each target is met. */
export function toText(
  { title, ways, targets }: Contest,
  medians: ReadonlyMap<string, number>,
): { text: string; isMet: boolean } {
  const first = medians.get(ways[0]!.name)!;
  const rows = ways.map(({ name }) => {
    const ms = medians.get(name)!;
    const columns = [ms.toFixed(1), (ms / first).toFixed(2)];
    return `${columns.map((each) => each.padStart(10)).join(" ")}  ${name}`;
  });
  const verdicts = targets.map(({ name, of, times }) => {
    const ratio = medians.get(name)! / medians.get(of)!;
    return {
      isMet: ratio <= times,
      text: `  ${name} takes ${ratio.toFixed(2)} times as long as ${of}: ` +
        `${ratio <= times ? "met" : "MISSED"}, at most ${times.toFixed(2)}`,
    };
  });
  return {
    text: [title, "        ms      ratio"]
      .concat(rows, verdicts.map(({ text }) => text)).join("\n"),
    isMet: verdicts.every(({ isMet }) => isMet),
  };
}
