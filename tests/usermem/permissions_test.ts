import { assertEquals } from "@std/assert";
import { denoCommand } from "../_support/platform.ts";

Deno.test({
  name: "usermem needs a permission for a process's memory, at the call",
  // Elsewhere such a call is refused for another reason.
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const [command, ...words] = denoCommand;
    const script = new URL("_unpermitted.ts", import.meta.url).pathname;
    const { success, stderr } = await new Deno.Command(command, {
      args: [...words, "run", "--no-prompt", "--quiet", script],
      signal: AbortSignal.timeout(60_000),
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    assertEquals(success, true);
  },
});
