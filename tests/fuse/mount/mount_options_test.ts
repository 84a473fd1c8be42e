import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { libc } from "../../../ffi/libc.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { mountArguments } from "../../../fuse/mount/mount_arguments.ts";
import { mount, unmount } from "../../../fuse/mod.ts";
import { findMount } from "../../../fuse/mount/mount_info.ts";
import { HelloFS } from "../../../fuse/fs/mod.ts";
import { output, run } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { mountRefusing } from "../_refusing.ts";
import { hasLoopDevices, withLoopDevice } from "../../_support/loop_device.ts";
import { directory, file, fsOf } from "../../_support/nodes.ts";

const hasSelinux = Deno.build.os === "linux" &&
  Deno.readTextFileSync("/proc/filesystems").includes("selinuxfs");

mountTest("mount() shows its options in the table of mounts", async (scene) => {
  await using session = await scene.mount(new HelloFS(), {
    fsName: "a name, with \\ and \n",
    subtype: "sub",
    readOnly: true,
    allowOther: true,
    defaultPermissions: true,
  });
  const info = findMount(session.mountpoint)!;
  assertEquals([info.source, info.type], [
    "a name, with \\ and \n",
    "fuse.sub",
  ]);
  assertEquals(info.options.split(",").slice(0, 3), ["ro", "nosuid", "nodev"]);
  const line = (await Deno.readTextFile("/proc/self/mountinfo")).split("\n")
    .find((line) => line.includes(` ${scene.mnt} `))!;
  assertStringIncludes(line, "default_permissions");
  assertStringIncludes(line, "allow_other");
});

mountTest(
  "mount() without options is nosuid, nodev and writable; allowSuid and allowDev change that",
  async (scene) => {
    for (
      const [options, expected] of [
        [{}, ["rw", "nosuid", "nodev"]],
        [{ allowSuid: true, allowDev: true }, ["rw"]],
      ] as const
    ) {
      await using session = await scene.mount(new HelloFS(), options);
      const shown = findMount(session.mountpoint)!.options.split(",");
      const flags = shown.filter((flag) =>
        ["rw", "ro", "nosuid", "nodev"].includes(flag)
      );
      assertEquals(flags, [...expected]);
    }
  },
);

mountTest(
  "mount() hands every flag and option on to the kernel, each alone",
  async (scene) => {
    for (
      const [options, words] of [
        [{ readOnly: true }, ["ro"]],
        [{ noExec: true }, ["noexec"]],
        [{ noAtime: true }, ["noatime"]],
        [{ strictAtime: true }, []],
        [{ sync: true }, ["sync"]],
        [{ dirSync: true }, ["dirsync"]],
        [{ maxRead: 8192 }, ["max_read=8192"]],
        [{ allowOther: true }, ["allow_other"]],
        [{ defaultPermissions: true }, ["default_permissions"]],
        [{ daemonTimeout: "60" }, []],
        [{}, []],
      ] as const
    ) {
      await using conn = await mountRefusing(scene.mnt, options);
      const usual = /^(rw|nosuid|nodev|relatime|\w+_id=\d+)$/;
      const all = await wordsOf(scene.mnt);
      const shown = all.filter((word) => !usual.test(word));
      assertEquals(new Set(shown), new Set(words), Deno.inspect(options));
      // The kernel has no word for a strict one but the lack of the others.
      const isStrict = !all.includes("relatime") && !all.includes("noatime");
      assertEquals(isStrict, "strictAtime" in options);
      await unmount(conn);
    }
  },
);

/** The options of a mount, of its own and of its file system. */
async function wordsOf(mountpoint: string): Promise<string[]> {
  const text = await Deno.readTextFile("/proc/self/mountinfo");
  const fields = text.split("\n").map((line) => line.split(" "))
    .find((fields) => fields[4] === mountpoint)!;
  return `${fields[5]},${fields.at(-1)}`.split(",");
}

mountTest(
  "blockDevice makes it fuseblk, with the device as its source",
  async (scene) => {
    await withLoopDevice(scene.dir, async (blockDevice) => {
      const blksize = libc().getpagesize();
      const options = { blockDevice, blksize, subtype: "sub" };
      await using session = await scene.mount(new HelloFS(), options);
      const info = findMount(scene.mnt)!;
      assertEquals([info.source, info.type], [blockDevice, "fuseblk.sub"]);
      assertEquals(
        (await wordsOf(scene.mnt)).at(-1),
        `blksize=${blksize}`,
      );
      assertEquals(await output("cat", `${scene.mnt}/hello`), "hello, world\n");
      await session.unmount();
    });
  },
  { programs: ["losetup"], ignore: !hasLoopDevices },
);

mountTest(
  "mount() with context throws EINVAL with a hint where there is no SELinux",
  async (scene) => {
    const context = "system_u:object_r:removable_t:s0:c0,c3";
    const error = await assertRejects(
      () => mount(scene.mnt, { context }),
      SyscallError,
    );
    assertEquals(error.code, "EINVAL");
    assertStringIncludes(error.message, "SELinux");
  },
  { ignore: hasSelinux },
);

Deno.test("mountArguments() puts a context in quotes", () => {
  const { data } = mountArguments(3, { context: "a:b:c0,c3" });
  assertEquals(data.slice(data.indexOf("context")), 'context="a:b:c0,c3"');
});

mountTest("maxWrite is the size of the largest read", async (scene) => {
  for (
    const [maxWrite, expected] of [
      [4096, 4096],
      [65536, 65536],
      [1 << 20, 1 << 20],
      // The kernel has a limit of its own, fs.fuse.max_pages_limit.
      [1 << 28, 1 << 20],
    ] as const
  ) {
    let largest = 0;
    const big = file(new Uint8Array(1 << 21), {
      readAll: undefined!,
      read: ({ size }, response) => {
        largest = Math.max(largest, size);
        response.length = size;
      },
    });
    await using _session = await scene.mount(fsOf(directory({ big })), {
      directIO: true,
      maxWrite,
    });
    await output(
      "dd",
      `if=${scene.mnt}/big`,
      "of=/dev/null",
      "bs=1M",
      "count=1",
    );
    assertEquals(largest, expected, `maxWrite ${maxWrite}`);
  }
});

mountTest(
  "Another user is kept out, unless allowOther lets everybody in",
  async (scene) => {
    for (const [allowOther, expected] of [[false, 2], [true, 0]] as const) {
      await using _session = await scene.mount(
        fsOf(directory({ f: file("f") })),
        {
          allowOther,
        },
      );
      const { code } = await run(
        "setpriv",
        "--reuid=1234",
        "--regid=5678",
        "--clear-groups",
        "ls",
        scene.mnt,
      );
      assertEquals(code, expected);
    }
  },
  { programs: ["setpriv"] },
);

mountTest("defaultPermissions lets the kernel check modes", async (scene) => {
  const secret = file("secret", {
    attr: (attr) => {
      attr.mode = 0o100600;
      attr.size = 6;
    },
  });
  for (
    const [defaultPermissions, expected] of [[false, 0], [true, 1]] as const
  ) {
    await using _session = await scene.mount(fsOf(directory({ secret })), {
      allowOther: true,
      defaultPermissions,
    });
    const { code } = await run(
      "setpriv",
      "--reuid=1234",
      "--regid=5678",
      "--clear-groups",
      "cat",
      `${scene.mnt}/secret`,
    );
    assertEquals(code, expected);
  }
}, { programs: ["setpriv"] });
