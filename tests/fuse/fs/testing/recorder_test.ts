import { assert, assertEquals } from "@std/assert";
import { SyscallError } from "../../../../ffi/mod.ts";
import { MemFS } from "../../../../fuse/fs/mod.ts";
import { EACCES } from "../../../../posix/constants_errno.ts";
import { inClient, output, run } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { intercept, Recorder } from "../../../../fuse/fs/testing/mod.ts";

mountTest(
  "Recorder notes calls, their requests and their data",
  async (scene) => {
    const recorder = new Recorder();
    await using _session = await scene.mount(recorder.of(new MemFS()));
    await output("sh", "-c", `echo hello > ${scene.mnt}/file`);
    await recorder.waitFor("release");
    const [write] = recorder.calls("write");
    assertEquals(new TextDecoder().decode(write!.data), "hello\n");
    assertEquals([write!.request!.opname, write!.request!.size], ["WRITE", 6]);
    const [create] = recorder.calls("create");
    assertEquals(create!.request!.name, "file");
    const order = recorder.calls().map(({ method }) => method)
      .filter((method) => /^(create|write|release)$/.test(method));
    assertEquals(order, ["create", "write", "release"]);
    recorder.clear();
    assertEquals(recorder.calls(), []);
  },
);

mountTest(
  "Recorder notes what a method throws, now and later",
  async (scene) => {
    const recorder = new Recorder();
    const thrown = new SyscallError("remove", EACCES);
    const fs = intercept(new MemFS(), ({ method, proceed }) => {
      if (method === "remove") throw thrown;
      return method === "rename" ? Promise.reject(thrown) : proceed();
    });
    await using _session = await scene.mount(recorder.of(fs));
    const seen = await inClient(
      scene.mnt,
      ({ attempt, create, rename, unlink }, mnt) => {
        create(mnt + "/file");
        return [
          attempt(unlink, mnt + "/file"),
          attempt(rename, mnt + "/file", mnt + "/other"),
        ];
      },
    );
    assertEquals(seen, ["EACCES", "EACCES"]);
    for (const method of ["remove", "rename"]) {
      const [call] = recorder.calls(method);
      assert(call!.error === thrown, method);
    }
  },
);

mountTest(
  "Recorder.waitFor() waits for a call that is to come",
  async (scene) => {
    const recorder = new Recorder();
    await using _session = await scene.mount(recorder.of(new MemFS()));
    const second = recorder.waitFor("mkdir", 2);
    await output("mkdir", `${scene.mnt}/a`, `${scene.mnt}/b`);
    assertEquals((await second).request!.name, "b");
  },
);

mountTest(
  "intercept() keeps what a node is, through links and renames",
  async (scene) => {
    const methods: string[] = [];
    const fs = intercept(new MemFS(), ({ method, proceed }) => {
      methods.push(method);
      return proceed();
    });
    await using session = await scene.mount(fs);
    await output(
      "sh",
      "-c",
      `cd ${scene.mnt} && echo x > a && ln a b && mkdir d &&
    mv b d/c && rm a && cat d/c && ls -l d`,
    );
    assertEquals((await run("cat", `${scene.mnt}/d/c`)).stdout, "x\n");
    assertEquals(await output("stat", "-c", "%h", `${scene.mnt}/d/c`), "1\n");
    // The root, the directory, and one file.
    assertEquals(session.server.nodeCount, 3);
    for (const method of ["root", "link", "rename", "remove"]) {
      assert(methods.includes(method), method);
    }
  },
);
