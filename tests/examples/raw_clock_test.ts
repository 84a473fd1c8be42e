import { assert, assertEquals, assertMatch } from "@std/assert";
import { output } from "../_support/client.ts";
import { mountTest } from "../_support/mount.ts";
import { denoCommand } from "../_support/platform.ts";

const EXAMPLE = `${import.meta.dirname}/../../examples/raw_clock.ts`;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\n$/;

/** Prints the time, and the next time, which a stale cache never shows. */
const TWICE = `
  first=$(cat "$1")
  for _ in $(seq 500); do
    now=$(cat "$1")
    [ "$now" = "$first" ] || break
    sleep 0.01
  done
  echo "$first"
  echo "$now"
`;

mountTest(
  "examples/raw_clock.ts ticks, although the kernel caches the file",
  async (scene) => {
    const [program, ...args] = denoCommand;
    const server = new Deno.Command(program, {
      args: [
        ...[...args, "run", "--no-prompt", "--allow-ffi"],
        ...[EXAMPLE, scene.mnt, "50"],
      ],
      stdin: "null",
    }).spawn();
    while (scene.mounts().length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const path = `${scene.mnt}/clock`;
    assertEquals(await output("ls", scene.mnt), "clock\n");
    assertMatch(await output("ls", "-l", scene.mnt), /^-r--r--r--.*clock$/m);
    assertMatch(await output("cat", path), TIME);
    const times = await output("sh", "-c", TWICE, "sh", path);
    const [first, now] = times.split("\n");
    assert(Date.parse(first!) < Date.parse(now!), times);
    server.kill("SIGINT");
    assertEquals((await server.status).code, 0);
  },
);
