import { assertEquals } from "@std/assert";
import { libc } from "../../ffi/libc.ts";
import { close, ftruncate, memfdCreate } from "../../posix/mod.ts";
import { denoCommand, rounds } from "../_support/platform.ts";
import { add } from "./_adder.ts";

/** How often each process adds. */
const TIMES = rounds(1_000_000);

/** How long the other process may take. */
const LIMIT_MS = 120_000;

Deno.test({
  name:
    "Atomics and ProcessIO.compareAndSwapUint32() lose nothing between two processes",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    // Without MFD_CLOEXEC: the other process gets it under the same number.
    const fd = memfdCreate("word", 0);
    try {
      ftruncate(fd, 4096);
      const [command, ...words] = denoCommand;
      const script = new URL("_adder.ts", import.meta.url).pathname;
      const other = new Deno.Command(command, {
        args: [...words, "run", "--allow-ffi", script, `${fd}`, `${TIMES}`],
        stdin: "null",
        stdout: "piped",
        signal: AbortSignal.timeout(LIMIT_MS),
      }).spawn();
      // It says when it begins, so that both add at the same time.
      const lines = other.stdout.getReader();
      await lines.read();
      add(fd, TIMES);
      const [{ success }] = await Promise.all([other.status, lines.cancel()]);
      assertEquals(success, true);
      const word = new Uint32Array(1);
      libc().pread(fd, new Uint8Array(word.buffer), 4n, 0n);
      assertEquals(word[0], 2 * TIMES);
    } finally {
      close(fd);
    }
  },
});
