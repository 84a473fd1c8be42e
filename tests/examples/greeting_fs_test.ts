import { assertEquals } from "@std/assert";
import { listMounts } from "../../fuse/mount/mount_info.ts";
import { canMount, denoCommand } from "../_support/platform.ts";

const TIMEOUT_MS = 60_000;

Deno.test({
  name: "examples/greeting_fs.ts greets, with --allow-ffi alone",
  ignore: !canMount,
  fn: async () => {
    const dir = await Deno.makeTempDir();
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const [program, ...args] = denoCommand;
    const server = new Deno.Command(program, {
      args: [
        ...args,
        "run",
        "--no-prompt",
        "--allow-ffi",
        "examples/greeting_fs.ts",
        dir,
      ],
      cwd: new URL("../..", import.meta.url),
      stdin: "null",
      signal,
    }).spawn();
    try {
      while (!listMounts().some(({ mountpoint }) => mountpoint === dir)) {
        signal.throwIfAborted();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const cat = await new Deno.Command("cat", {
        args: [`${dir}/Ada`, `${dir}/Grace`],
        signal,
      }).output();
      assertEquals(
        new TextDecoder().decode(cat.stdout),
        "Hello, Ada!\nHello, Grace!\n",
      );
      server.kill("SIGINT");
      assertEquals((await server.status).code, 0);
      await Deno.remove(dir);
    } finally {
      await new Deno.Command("umount", {
        args: ["-l", dir],
        stderr: "null",
      }).output();
    }
  },
});
