const WIDTH = 40;

/** Draws a progress bar over the previous one. */
export function showBar(done: number, size: number): void {
  const share = size > 0 ? Math.min(1, done / size) : 1;
  const bar = "█".repeat(Math.round(share * WIDTH)).padEnd(WIDTH, "░");
  const text = `\r${bar} ${Math.floor(share * 100)} %`;
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
