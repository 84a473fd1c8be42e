import { assert, assertEquals } from "@std/assert";
import { mount, unmount } from "../../../fuse/mod.ts";
import { HelloFS } from "../../../fuse/fs/mod.ts";
import { findMount } from "../../../fuse/mount/mount_info.ts";
import { holdOpen, output, run } from "../../_support/client.ts";
import { RunningHostkit } from "../../_support/hostkit.ts";
import { mountTest, type Scene } from "../../_support/mount.ts";
import {
  asUser,
  hasFusermount,
  USER_PROGRAMS,
} from "../../_support/ordinary_user.ts";
import { denoCommand } from "../../_support/platform.ts";
import { childrenOf } from "../../_support/processes.ts";
import { mountRefusing } from "../_refusing.ts";

const AUTO = { autoUnmount: true };
/** The words that start a program that ignores its children's end. */
const IGNORING_CHILDREN = [
  "perl",
  "-e",
  '$SIG{CHLD} = "IGNORE"; exec @ARGV or die',
] as const;

/** Starts `hostkit mount hello`, kills it, and waits for the unmounting. */
async function killServer(scene: Scene, dir = scene.mnt): Promise<void> {
  await using command = await RunningHostkit
    .start("mount", "hello", dir, "--auto-unmount");
  assertEquals(scene.mounts(), [dir]);
  await command.end("SIGKILL");
  await untilGone(scene);
}

/** The time limit of the test is the limit of this. */
async function untilGone(scene: Scene): Promise<void> {
  while (scene.mounts().length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** How many watchers this process started and has not waited for. */
function countWatchers(): number {
  return childrenOf(Deno.pid)
    .filter((name) => name === "sh" || name === "setpriv").length;
}

mountTest(
  "autoUnmount unmounts when the server is killed",
  (scene) => killServer(scene),
);

mountTest(
  "autoUnmount frees all when a server is killed that is inside a notification",
  async (scene) => {
    const [deno, ...words] = denoCommand;
    const program = `${import.meta.dirname}/_serve_stuck.ts`;
    const server = new Deno.Command(deno, {
      args: [...words, "run", "-A", program, scene.mnt],
      stdout: "piped",
    }).spawn();
    const lines = server.stdout.getReader();
    await lines.read();
    const looking = run("stat", `${scene.mnt}/name`);
    // The kernel holds one of its threads until somebody frees the client.
    await lines.read();
    server.kill("SIGKILL");
    await untilGone(scene);
    assertEquals((await looking).code, 1);
    await lines.cancel();
    assertEquals((await server.status).signal, "SIGKILL");
  },
  { programs: ["setpriv"] },
);

mountTest(
  "autoUnmount unmounts from a directory of any name",
  async (scene) => {
    for (
      const name of ["a b\tc\nd\\e%s\\040#\u00fc\n", "a 1", "tab\t7", "\\5"]
    ) {
      const dir = `${scene.dir}/${name}`;
      await Deno.mkdir(dir);
      await killServer(scene, dir);
    }
  },
);

mountTest(
  "autoUnmount unmounts from where the directory was moved",
  async (scene) => {
    const conn = await mount(scene.mnt, AUTO);
    const moved = `${scene.dir} moved\n`;
    await Deno.rename(scene.dir, moved);
    const mounted = () => findMount(`${moved}/mnt`) !== undefined;
    try {
      assert(mounted());
      await conn.close();
      assertEquals(mounted(), false);
    } finally {
      await Deno.rename(moved, scene.dir);
    }
  },
);

mountTest(
  "autoUnmount takes a mount in use out of the tree",
  async (scene) => {
    await using command = await RunningHostkit
      .start("mount", "hello", scene.mnt, "--auto-unmount");
    await using _holder = await holdOpen(`${scene.mnt}/hello`);
    await command.end("SIGKILL");
    await untilGone(scene);
  },
);

mountTest(
  "autoUnmount leaves alone what is mounted on top",
  async (scene) => {
    const conn = await mountRefusing(scene.mnt, AUTO);
    // Its root is never asked: mount(2) goes to the directory, not through it.
    const top = await mountRefusing(scene.mnt, { allowNonEmptyMount: true });
    await conn.close();
    assertEquals(scene.mounts(), [scene.mnt, scene.mnt]);
    await unmount(top);
    await top.close();
    assertEquals(scene.mounts(), [scene.mnt]);
    await unmount(scene.mnt);
  },
);

mountTest(
  "autoUnmount unmounts what is closed without unmounting, and allows nobody in",
  async (scene) => {
    const conn = await mount(scene.mnt, AUTO);
    const line = (await Deno.readTextFile("/proc/self/mountinfo")).split("\n")
      .find((line) => line.includes(` ${scene.mnt} `))!;
    assertEquals(line.includes("allow_other"), false);
    assertEquals(countWatchers(), 1);
    await conn.close();
    assertEquals([scene.mounts(), countWatchers()], [[], 0]);
    await conn.close();
  },
);

mountTest(
  "autoUnmount touches nothing once it was unmounted by others",
  async (scene) => {
    const first = await mountRefusing(scene.mnt, AUTO);
    await unmount(scene.mnt);
    // With luck it gets the id and the device number of the first.
    await using second = await mountRefusing(scene.mnt);
    await first.close();
    assertEquals(countWatchers(), 0);
    assertEquals(findMount(scene.mnt), second.mountInfo);
    await unmount(second);
  },
);

mountTest(
  "autoUnmount outlives neither the unmounting nor its shell",
  async (scene) => {
    {
      await using _session = await scene.mount(new HelloFS(), AUTO);
    }
    assertEquals(countWatchers(), 0);
    const session = await scene.mount(new HelloFS(), AUTO);
    await output(
      "sh",
      "-c",
      'kill -KILL $(pgrep -x -P "$1" "sh|setpriv")',
      "sh",
      `${Deno.pid}`,
    );
    await session.unmount();
    assertEquals([scene.mounts(), countWatchers()], [[], 0]);
  },
  { programs: ["pgrep"] },
);

mountTest(
  "autoUnmount unmounts for an ordinary user whose server is killed",
  async (scene) => {
    const outcome = await asUser(scene, "tests/fuse/mount/_kill_server.ts");
    assertEquals(outcome, { mounted: true, left: [] });
  },
  { programs: USER_PROGRAMS, ignore: !hasFusermount },
);

mountTest(
  "autoUnmount finds umount(8) where PATH does not lead",
  async (scene) => {
    const starter = ["env", "PATH=/nowhere"];
    await using command = await RunningHostkit
      .startUnder(starter, "mount", "hello", scene.mnt, "--auto-unmount");
    await command.end("SIGKILL");
    await untilGone(scene);
  },
);

mountTest(
  "autoUnmount works where SIGCHLD is ignored",
  async (scene) => {
    const { code, stdout, stderr } = await run(
      ...IGNORING_CHILDREN,
      ...denoCommand,
      "run",
      "--allow-ffi",
      `${import.meta.dirname}/_mount_once.ts`,
      scene.mnt,
      JSON.stringify(AUTO),
    );
    assertEquals([code, stdout], [0, '"done"\n'], stderr);
  },
);

mountTest(
  "An ordinary user mounts with fusermount3 where SIGCHLD is ignored",
  async (scene) => {
    const program = "tests/fuse/mount/_mount_once.ts";
    const wrapper = IGNORING_CHILDREN;
    assertEquals(await asUser(scene, program, [AUTO], { wrapper }), "done");
  },
  { programs: USER_PROGRAMS, ignore: !hasFusermount },
);
