import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { HelloFS } from "../../../fuse/fs/mod.ts";
import { HostFd } from "../../../hostfd/mod.ts";
import { O_RDWR } from "../../../posix/mod.ts";
import { output } from "../../_support/client.ts";
import { mountTest, type Scene } from "../../_support/mount.ts";
import {
  asUser,
  hasFusermount,
  hasUserNamespaces,
  IN_NAMESPACE,
  USER_PROGRAMS,
  type UserOptions,
} from "../../_support/ordinary_user.ts";

const TRY_MOUNT = "tests/fuse/mount/_try_mount.ts";
const OPTIONS = { programs: USER_PROGRAMS };
/** Returns the environment in which a script is fusermount3. */
async function fakeFusermount(
  scene: Scene,
  script: string,
): Promise<{ FUSERMOUNT_PATH: string }> {
  const path = `${scene.dir}/fake`;
  await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`);
  await Deno.chmod(path, 0o755);
  return { FUSERMOUNT_PATH: path };
}

const WITH_FUSERMOUNT = { programs: USER_PROGRAMS, ignore: !hasFusermount };

/** Fails unless an ordinary user is refused without a trace. */
async function assertRefused(
  scene: Scene,
  expected: { code: string; syscall: string; words: string[] },
  args: unknown[] = [],
  options: UserOptions = {},
): Promise<void> {
  const { code, syscall, message, left } = await asUser(
    scene,
    TRY_MOUNT,
    args,
    options,
  );
  assertEquals({ code, syscall, left }, {
    code: expected.code,
    syscall: expected.syscall,
    left: [],
  }, message);
  for (const word of expected.words) assertStringIncludes(message, word);
}

mountTest(
  "mount() throws EACCES where the device may not be opened",
  async (scene) => {
    await assertRefused(
      scene,
      {
        code: "EACCES",
        syscall: "open",
        words: ['"/dev/fuse"', "run as root"],
      },
      [],
      { fuseMode: "600" },
    );
  },
  OPTIONS,
);

mountTest(
  "mount() tries fusermount3 where the device may not be opened",
  async (scene) => {
    const env = await fakeFusermount(scene, "echo fusermount3: no >&2; exit 1");
    await assertRefused(
      scene,
      {
        code: "EACCES",
        syscall: "open",
        words: ['"/dev/fuse"', "(no)", "run as root"],
      },
      [],
      { fuseMode: "600", env },
    );
  },
  OPTIONS,
);

mountTest(
  "mount() without privilege and fusermount3 throws EPERM, and says what to install",
  async (scene) => {
    for (
      const [env, word] of [
        [{ PATH: "/nowhere" }, "no fusermount3"],
        [{ PATH: "" }, "no fusermount3"],
        [{ FUSERMOUNT_PATH: "/nowhere/fusermount3" }, "/nowhere/fusermount3"],
      ] as const
    ) {
      await assertRefused(
        scene,
        {
          code: "EPERM",
          syscall: "mount",
          words: [word, "install the package fuse3", "run as root"],
        },
        [],
        { env },
      );
    }
  },
  OPTIONS,
);

mountTest(
  "An ordinary user mounts, uses and unmounts with fusermount3, and leaves nothing",
  async (scene) => {
    const outcome = await asUser(scene, TRY_MOUNT);
    const { code, content, source, type, line, busy, left } = outcome;
    assertEquals({ code, content, source, type, busy, left }, {
      code: "mounted",
      content: "hello, world\n",
      source: "hostkit",
      type: "fuse",
      busy: "EBUSY",
      left: [],
    }, outcome.message);
    assertMatch(line, / rw,nosuid,nodev,\S+ .*user_id=65534,group_id=65534/);
    assertEquals(/allow_other|default_permissions/.test(line), false);
  },
  WITH_FUSERMOUNT,
);

mountTest(
  "fusermount3 gets every option that an ordinary user may set",
  async (scene) => {
    const fsName = 'a name, with \\ and , "\n';
    const outcome = await asUser(scene, TRY_MOUNT, [{
      allowOther: true,
      autoUnmount: true,
      defaultPermissions: true,
      dirSync: true,
      fsName,
      maxRead: 8192,
      noAtime: true,
      noExec: true,
      readOnly: true,
      subtype: "x,y\\z",
      sync: true,
    }], { fuseConf: "user_allow_other\n" });
    const { code, source, type, left } = outcome;
    assertEquals({ code, source, type, left }, {
      code: "mounted",
      source: fsName,
      type: "fuse.x,y\\z",
      left: [],
    }, outcome.message);
    const words = outcome.line.split(" ");
    assertEquals(words[5], "ro,nosuid,nodev,noexec,noatime");
    assertEquals(
      words.at(-1),
      "ro,sync,dirsync,user_id=65534,group_id=65534," +
        "default_permissions,allow_other,max_read=8192",
    );
  },
  WITH_FUSERMOUNT,
);

for (const name of ["a b\tc\nd\\e,f\\040#", "-o", "\u00fc\u2713"]) {
  mountTest(
    `fusermount3 mounts on a directory called ${JSON.stringify(name)}`,
    async (scene) => {
      const { code, content, left, message } = await asUser(scene, TRY_MOUNT, [
        { autoUnmount: true },
        `/${name}`,
      ]);
      assertEquals({ code, content, left }, {
        code: "mounted",
        content: "hello, world\n",
        left: [],
      }, message);
    },
    WITH_FUSERMOUNT,
  );
}

mountTest(
  "mount() with allowOther throws EPERM that names user_allow_other",
  async (scene) => {
    await assertRefused(scene, {
      code: "EPERM",
      syscall: "fusermount3",
      words: ["user_allow_other", "/etc/fuse.conf"],
    }, [{ allowOther: true }]);
  },
  WITH_FUSERMOUNT,
);

mountTest(
  "mount() throws EPERM that names the option which needs privilege",
  async (scene) => {
    for (
      const options of [
        { allowDev: true },
        { allowSuid: true },
        { blockDevice: "/dev/loop0" },
        { context: "system_u:object_r:removable_t" },
        { strictAtime: true },
      ]
    ) {
      const [name] = Object.keys(options);
      await assertRefused(scene, {
        code: "EPERM",
        syscall: "mount",
        words: [`${name} needs CAP_SYS_ADMIN`],
      }, [options]);
    }
  },
  OPTIONS,
);

mountTest(
  "mount() throws EACCES on a directory of another user, ENOSPC beyond mount_max",
  async (scene) => {
    const others = `${scene.dir}/others`;
    await Deno.mkdir(others);
    await assertRefused(scene, {
      code: "EACCES",
      syscall: "fusermount3",
      words: ["no write access"],
    }, [{}, `/../../others`]);
    await assertRefused(
      scene,
      {
        code: "ENOSPC",
        syscall: "fusermount3",
        words: ["mount_max"],
      },
      [],
      { fuseConf: "mount_max = 0\n" },
    );
  },
  WITH_FUSERMOUNT,
);

mountTest(
  "unmount() and abort() leave the mount of another user alone",
  async (scene) => {
    await using _session = await scene.mount(new HelloFS());
    const program = "tests/fuse/mount/_try_unmount.ts";
    const outcome = await asUser(scene, program, [scene.mnt]);
    assertEquals(outcome, {
      unmount: "EPERM",
      lazy: "EPERM",
      clear: "nothing",
      abort: "EPERM",
    });
    assertEquals(scene.mounts(), [scene.mnt]);
  },
  WITH_FUSERMOUNT,
);

mountTest(
  "mount() needs no privilege in a user namespace of one's own",
  async (scene) => {
    const { code, left, message } = await asUser(
      scene,
      TRY_MOUNT,
      [{ autoUnmount: true }],
      { wrapper: IN_NAMESPACE, env: { FUSERMOUNT_PATH: "/nowhere" } },
    );
    assertEquals({ code, left }, { code: "mounted", left: [] }, message);
  },
  { programs: USER_PROGRAMS, ignore: !hasUserNamespaces },
);

for (const status of [0, 3]) {
  mountTest(
    `mount() tells that fusermount3 ended with status ${status} and said nothing`,
    async (scene) => {
      const env = await fakeFusermount(scene, `exit ${status}`);
      await assertRefused(
        scene,
        {
          code: "EPERM",
          syscall: env.FUSERMOUNT_PATH,
          words: [`(it ended with status ${status} and said nothing)`],
        },
        [],
        { env },
      );
    },
    OPTIONS,
  );
}

mountTest(
  "mount() does not wait for what fusermount3 leaves behind",
  async (scene) => {
    await output("mkfifo", "-m", "666", `${scene.dir}/end`);
    // Whoever it is, it ends when this does.
    using _end = HostFd.open(`${scene.dir}/end`, O_RDWR);
    const env = await fakeFusermount(
      scene,
      `cat "${scene.dir}/end" > /dev/null &
echo fusermount3: no >&2
exit 1`,
    );
    const { code, message } = await asUser(scene, TRY_MOUNT, [], { env });
    assertEquals(code, "EPERM", message);
    assertStringIncludes(message, "(no)");
  },
  { ...OPTIONS, limitMs: 20_000 },
);
