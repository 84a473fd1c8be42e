const ENCODER = new TextEncoder();

/** Prints a line to standard output. */
export function say(line: string): void {
  write(Deno.stdout, `${line}\n`);
}

/** Prints a line to standard error. */
export function warn(line: string): void {
  write(Deno.stderr, `hostkit: ${line}\n`);
}

/** Prints a help text; returns the exit status of success. */
export function printUsage(usage: string): number {
  write(Deno.stdout, usage);
  return 0;
}

/** Writes all of a text to a stream. */
export function write(
  stream: { writeSync(bytes: Uint8Array): number },
  text: string,
): void {
  let bytes = ENCODER.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}
