import { assertEquals, assertMatch } from "@std/assert";
import { output, run } from "../_support/client.ts";
import { mountTest } from "../_support/mount.ts";
import { denoCommand } from "../_support/platform.ts";

const EXAMPLE = `${import.meta.dirname}/../../examples/raw_hello.ts`;
const TEXT = "hello from the protocol\n";

mountTest(
  "examples/raw_hello.ts answers ls, cat and stat, with --allow-ffi alone",
  async (scene) => {
    const [program, ...args] = denoCommand;
    const server = new Deno.Command(program, {
      args: [...args, "run", "--no-prompt", "--allow-ffi", EXAMPLE, scene.mnt],
      stdin: "null",
    }).spawn();
    while (scene.mounts().length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const path = `${scene.mnt}/hello`;
    assertEquals(await output("ls", "-a", scene.mnt), ".\n..\nhello\n");
    assertMatch(await output("ls", "-l", scene.mnt), /^-r--r--r--.*hello$/m);
    assertEquals(await output("cat", path), TEXT);
    assertEquals(
      await output("stat", "-c", "%i %F %a %s", scene.mnt, path),
      `1 directory 555 0\n2 regular file 444 ${TEXT.length}\n`,
    );
    const { code, stderr } = await run("cat", `${scene.mnt}/missing`);
    assertEquals(code, 1);
    assertMatch(stderr, /No such file/);
    server.kill("SIGINT");
    assertEquals((await server.status).code, 0);
  },
);
