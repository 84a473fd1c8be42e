/**
 * The program that `callInProcess` runs: calls a function and prints its
 * result.
 *
 * @module
 */

async function main([module, name, args]: string[]): Promise<void> {
  // Standard output is reserved for the result.
  // deno-lint-ignore no-console -- it is replaced, not used
  console.log = console.info = console.debug = console.error;
  const namespace = await import(module!);
  const result = await namespace[name!](...JSON.parse(args!));
  const bytes = new TextEncoder().encode(JSON.stringify({ result }));
  for (let done = 0; done < bytes.length;) {
    done += Deno.stdout.writeSync(bytes.subarray(done));
  }
}

if (import.meta.main) main(Deno.args);
