import { denoCommand } from "../_support/platform.ts";

/** The value of each constant, by name. */
export type Constants = Readonly<Record<string, number>>;

/**
 * Returns the constants that a platform has, from a process of its own whose
 * `Deno.build` says so. It gets no permission: importing must need none.
 */
export async function constantsOf(
  os: string,
  arch: string,
): Promise<Constants> {
  const [program, ...args] = denoCommand;
  const script = new URL("constants_of.ts", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args, "run", "--no-prompt", "--no-check", script, os, arch],
    signal: AbortSignal.timeout(60_000),
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
