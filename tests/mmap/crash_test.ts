import { assertEquals } from "@std/assert";
import { denoCommand, isQemu } from "../_support/platform.ts";

const SCRIPT = new URL("_scenes.ts", import.meta.url).pathname;

/** Plays a scene of `_scenes.ts`; returns how its process ended. */
async function play(scene: string): Promise<string> {
  const [program, ...args] = denoCommand;
  const { code, signal, stdout, stderr } = await new Deno.Command(program, {
    args: [
      ...args,
      "run",
      "--no-check",
      "--allow-all",
      "--v8-flags=--expose-gc",
      SCRIPT,
      scene,
    ],
    signal: AbortSignal.timeout(60_000),
  }).output();
  const decoder = new TextDecoder();
  if (signal !== null) return signal;
  return code === 0 ? decoder.decode(stdout).trim() : decoder.decode(stderr);
}

/** How each scene must end. */
const ENDS: Readonly<Record<string, string>> = {
  "typed array after unmap": "alive",
  "DataView after unmap": "alive",
  "slice after unmap": "alive",
  "rest after the unmap of a slice": "alive",
  "Worker after unmap": "alive",
  "Worker that unmaps": "alive",
  "memory moved to a Worker": "alive",
  "handle to a Worker": "alive",
  "memory moved away, the MMap dropped": "alive",
  "view of a dropped MMap": "alive",
  "SharedArrayBuffer of a dropped MMap": "alive",
  "hash of memory unmapped meanwhile": "alive",
  "hash of memory made shorter meanwhile": "alive",
  "hash of memory dropped meanwhile": "alive",
  "read into memory unmapped meanwhile": "alive",
  "mapping laid over a dropped MMap": "alive",
  "resize under a mapping laid over it": "alive",
  "readSafe of a cut file": "alive",
  "touch of a cut file": "SIGBUS",
  "store in mode read": "alive",
  "store without PROT_WRITE": "SIGSEGV",
  "store after protect": "SIGSEGV",
};

for (const [scene, end] of Object.entries(ENDS)) {
  Deno.test({
    name: `a process with this scene ends as it must (${end}): ${scene}`,
    // The emulator's own reading of signals is not what is tested.
    ignore: Deno.build.os !== "linux" || isQemu,
    fn: async () => assertEquals(await play(scene), end),
  });
}
