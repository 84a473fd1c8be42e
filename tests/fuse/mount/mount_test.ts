import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { cString } from "../../../ffi/c_string.ts";
import { libc, linuxLibc } from "../../../ffi/libc.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  type Conn,
  GetattrRequest,
  GetattrResponse,
  LookupRequest,
  mount,
  unmount,
} from "../../../fuse/mod.ts";
import { Mountpoint } from "../../../fuse/mount/mountpoint.ts";
import { HelloFS, serve } from "../../../fuse/fs/mod.ts";
import { inClient, output, run } from "../../_support/client.ts";
import { ClientProcess } from "../../_support/client_process.ts";
import { mountTest } from "../../_support/mount.ts";
import { mountRefusing } from "../_refusing.ts";

/** Has a directory and a link to it trade places, again and again. */

/** Returns the descriptors of `/dev/fuse` that this process has. */
function deviceFds(): number[] {
  return Array.from(Deno.readDirSync("/proc/self/fd"), ({ name }) => name)
    .filter((name) => linkOf(`/proc/self/fd/${name}`) === "/dev/fuse")
    .map(Number);
}

function linkOf(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined;
  }
}

type Words = Uint8Array<ArrayBuffer>;

mountTest(
  "mount() hides the entries of a directory with allowNonEmptyMount",
  async (scene) => {
    await Deno.writeTextFile(`${scene.mnt}/covered`, "x");
    {
      await using _session = await scene.mount(new HelloFS(), {
        allowNonEmptyMount: true,
      });
      assertEquals(await output("ls", "-A", scene.mnt), "hello\n");
    }
    assertEquals(await output("ls", "-A", scene.mnt), "covered\n");
  },
);

mountTest(
  "mount() takes any name of a directory: spaces, newlines, bytes that are not UTF-8",
  async (scene) => {
    const name = "a b\tc\nd\\e\\040#\udcff\u00fc";
    const dir = `${scene.dir}/${name}`;
    await inClient(
      scene.dir,
      ({ mkdir }, dir, name) => mkdir(`${dir}/${name}`),
      name,
    );
    const conn = await mount(dir);
    assertEquals(conn.mountInfo.mountpoint, dir);
    const server = serve(conn, new HelloFS());
    try {
      assertEquals(
        await inClient(
          scene.dir,
          ({ content }, dir, name) => content(`${dir}/${name}/hello`),
          name,
        ),
        "hello, world\n",
      );
    } finally {
      await unmount(dir);
      await server.closed;
    }
  },
);

mountTest(
  "mount() follows links and understands relative names",
  async (scene) => {
    await Deno.symlink("mnt", `${scene.dir}/link`);
    const conn = await mountRefusing(`${scene.dir}/./link/`);
    assertEquals(conn.mountInfo.mountpoint, scene.mnt);
    await unmount(`${scene.dir}/./link`);
    await conn.close();
  },
);

mountTest(
  "Conn hands requests out one by one, and ends when it is unmounted",
  async (scene) => {
    await using conn: Conn = await mount(scene.mnt);
    const names: string[] = [];
    const serving = (async () => {
      for await (const request of conn) {
        if (request instanceof GetattrRequest) {
          const response = new GetattrResponse();
          response.attr.mode = 0o40755;
          response.attr.nlink = 2;
          request.respond(response);
        } else {
          if (request instanceof LookupRequest) names.push(request.name);
          request.respondError(new Deno.errors.NotFound());
        }
      }
    })();
    assertEquals((await run("cat", `${scene.mnt}/some-file`)).code, 1);
    assertEquals(new Set(names), new Set(["some-file"]));
    assertEquals(
      (await output("stat", "-c", "%A", scene.mnt)).trim(),
      "drwxr-xr-x",
    );
    await unmount(scene.mnt);
    await serving;
    assertEquals(await conn.readRequest(), null);
  },
);

mountTest("mount() called twice at once mounts once", async (scene) => {
  const outcomes = await Promise.allSettled([
    mountRefusing(scene.mnt),
    mountRefusing(scene.mnt),
  ]);
  const mounts = scene.mounts();
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") {
      assertEquals(outcome.reason.code, "EBUSY");
      continue;
    }
    await unmount(outcome.value);
    await outcome.value.close();
  }
  assertEquals(mounts, [scene.mnt]);
  assertEquals(
    outcomes.map(({ status }) => status).sort(),
    ["fulfilled", "rejected"],
  );
});

Deno.test("Mountpoint looks at the directory it was made of, whatever its path means", async () => {
  const dir = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.mkdir(`${dir}/mnt`);
    using mountpoint = new Mountpoint(`${dir}/mnt`);
    await Deno.rename(`${dir}/mnt`, `${dir}/moved`);
    await Deno.symlink(dir, `${dir}/mnt`);
    mountpoint.refuseEntries();
    assertEquals(mountpoint.path, `${dir}/moved`);
    assertEquals(await Deno.realPath(mountpoint.name), `${dir}/moved`);
    assertThrows(() => new Mountpoint(`${dir}/mnt`), SyscallError);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

mountTest(
  "mount() leaves nothing while its directory and a link trade places",
  async (scene) => {
    await Deno.symlink("mnt", `${scene.dir}/link`);
    await using swapper = new ClientProcess();
    await swapper.run(() => {});
    const swapping = swapper.run((sys, dir) => {
      for (;;) sys.rename(`${dir}/mnt`, `${dir}/link`, sys.RENAME_EXCHANGE);
    }, scene.dir).catch(() => {});
    try {
      for (let i = 0; i < 100; i++) {
        let conn: Conn;
        try {
          conn = await mount(scene.mnt);
        } catch {
          // There was no directory of that name at this moment.
          assertEquals(scene.mounts(), []);
          continue;
        }
        await unmount(conn, { lazy: true });
        await conn.close();
      }
    } finally {
      swapper.kill(9);
      await swapping;
    }
    assertEquals(scene.mounts(), []);
  },
);

mountTest(
  "mount() throws what went wrong first, not what failed on the way back",
  async (scene) => {
    const words = ["none", scene.mnt, "tmpfs"].map(cString);
    const [source, path, type] = words as [Words, Words, Words];
    const others = new Set(deviceFds());
    let isFirst = true;
    const debug = (): void => {
      if (!isFirst) return;
      isFirst = false;
      // Now INIT can not be answered, nor the file system unmounted.
      libc().close(deviceFds().find((fd) => !others.has(fd))!);
      linuxLibc().mount(source, path, type, 0n, null);
    };
    try {
      await assertRejects(() => mount(scene.mnt, { debug }), Error, "EBADF");
    } finally {
      await output("umount", scene.mnt);
      await unmount(scene.mnt);
    }
  },
);
