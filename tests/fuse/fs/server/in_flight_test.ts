import { assertEquals } from "@std/assert";
import { abort, type Request } from "../../../../fuse/mod.ts";
import { inClient, output, run } from "../../../_support/client.ts";
import { mountTest, type Scene } from "../../../_support/mount.ts";
import {
  directory,
  file,
  fsOf,
  type SmallNode,
} from "../../../_support/nodes.ts";

/** Fulfilled when a request is aborted. */
function aborted({ signal }: Request): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** A file whose reader waits until it gives up. */
function slowFile(
  how: { started: () => void; signal?: AbortSignal },
): SmallNode {
  return file("slow", {
    readAll: undefined!,
    read: async (request) => {
      how.started();
      await aborted(request);
      throw request.signal.reason;
    },
  });
}

for (const name of ["SIGINT", "SIGKILL"] as const) {
  mountTest(
    `A reader ended by ${name} aborts request.signal, whose reason answers EINTR`,
    async (scene) => {
      const started = Promise.withResolvers<void>();
      const root = directory({ slow: slowFile({ started: started.resolve }) });
      // Reads ahead into the page cache wait for nobody: none could give up.
      await using session = await scene.mount(fsOf(root), { directIO: true });
      const child = new Deno.Command("cat", {
        args: [`${scene.mnt}/slow`],
        stdout: "null",
      }).spawn();
      await started.promise;
      assertEquals(session.server.inFlightCount, 1);
      child.kill(name);
      assertEquals((await child.status).signal, name);
      assertEquals(session.server.inFlightCount, 0);
      // Which is no defect to report, and the server goes on.
      assertEquals(await output("ls", scene.mnt), "slow\n");
    },
  );
}

mountTest(
  "A listing given up aborts the lookups that are made for it",
  async (scene) => {
    const started = Promise.withResolvers<void>();
    const root = directory({}, {
      readDirAll: () => [{ name: "slow" }],
      lookup: async (_name, request) => {
        started.resolve();
        await aborted(request);
        throw request.signal.reason;
      },
    });
    await using session = await scene.mount(fsOf(root), {
      readdirplus: "always",
    });
    const child = new Deno.Command("ls", {
      args: [scene.mnt],
      stdout: "null",
    }).spawn();
    await started.promise;
    child.kill("SIGKILL");
    assertEquals((await child.status).signal, "SIGKILL");
    assertEquals(session.server.inFlightCount, 0);
  },
);

mountTest("A reader that handles a signal sees EINTR", async (scene) => {
  const started = Promise.withResolvers<void>();
  const root = directory({ slow: slowFile({ started: started.resolve }) });
  await using _session = await scene.mount(fsOf(root), { directIO: true });
  const seen = await inClient(
    scene.mnt,
    ({ attempt, interrupted, open, read }, mnt) => {
      const fd = open(mnt + "/slow", 0);
      return attempt(interrupted, () => read(fd, 10));
    },
  );
  assertEquals(seen, "EINTR");
});

mountTest(
  "A handler that ignores its signal may still answer",
  async (scene) => {
    const content = new TextEncoder().encode("late");
    const patient = file("late", {
      readAll: undefined!,
      read: async (request, response) => {
        await aborted(request);
        response.data = content;
      },
    });
    await using _session = await scene.mount(fsOf(directory({ patient })), {
      directIO: true,
    });
    const seen = await inClient(
      scene.mnt,
      ({ interrupted, latin1, open, read }, mnt) => {
        const fd = open(mnt + "/patient", 0);
        return latin1(interrupted(() => read(fd, 10), { restart: true }));
      },
    );
    assertEquals(seen, "late");
  },
);

mountTest(
  "200 slow handlers are in flight together, while others answer and timers tick",
  async (scene) => {
    const COUNT = 200;
    const all = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    let started = 0;
    const quick = file("quick");
    const root = directory({}, {
      lookup: (name) => {
        if (name === "quick") return quick;
        if (++started === COUNT) all.resolve();
        return go.promise.then(() => file(name));
      },
    });
    await using session = await scene.mount(fsOf(root));
    const slow = output(
      "sh",
      "-c",
      'for i in $(seq "$2"); do stat -c %s "$1/slow-$i" & done; wait',
      "sh",
      scene.mnt,
      `${COUNT}`,
    );
    await all.promise;
    assertEquals(session.server.inFlightCount, COUNT);
    assertEquals(await output("cat", `${scene.mnt}/quick`), "quick");
    for (let ticks = 0; ticks < 3; ticks++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assertEquals(session.server.inFlightCount, COUNT);
    go.resolve();
    assertEquals((await slow).length, COUNT * "9\n".length);
    assertEquals(session.server.inFlightCount, 0);
  },
);

/** Reads a file in another process until the connection ends under it. */
async function readUntil(
  scene: Scene,
  end: () => Promise<void>,
): Promise<string> {
  const reading = run("cat", `${scene.mnt}/slow`);
  await end();
  const { code, stderr } = await reading;
  assertEquals(code, 1);
  return stderr;
}

mountTest(
  "An aborted connection ends the session and its requests",
  async (scene) => {
    const started = Promise.withResolvers<void>();
    const root = directory({ slow: slowFile({ started: started.resolve }) });
    const session = await scene.mount(fsOf(root), { directIO: true });
    const stderr = await readUntil(scene, async () => {
      await started.promise;
      abort(scene.mnt);
    });
    assertEquals(/Software caused connection abort/.test(stderr), true, stderr);
    await session.closed;
    assertEquals(session.server.inFlightCount, 0);
    // Only its mount stays, dead.
    assertEquals((await run("ls", scene.mnt)).code, 2);
    await session.unmount();
  },
);

mountTest(
  "A session ended by force aborts the requests in flight",
  async (scene) => {
    const started = Promise.withResolvers<void>();
    const root = directory({ slow: slowFile({ started: started.resolve }) });
    const session = await scene.mount(fsOf(root), {
      directIO: true,
      drainMs: 10,
    });
    await readUntil(scene, async () => {
      await started.promise;
      await session[Symbol.asyncDispose]();
    });
    assertEquals(session.server.inFlightCount, 0);
  },
);

mountTest(
  "What an operation gave to a caller who is gone is taken back, also when release() throws",
  async (scene) => {
    const started = Promise.withResolvers<void>();
    let released = 0;
    const slow = file("slow", {
      open: async (request) => {
        started.resolve();
        await aborted(request);
        return {
          release: () => {
            released++;
            throw new Error("cannot release");
          },
        };
      },
    });
    const session = await scene.mount(fsOf(directory({ slow })));
    await readUntil(scene, async () => {
      await started.promise;
      await session.conn.close();
    });
    await session.unmount();
    assertEquals(released, 1);
    assertEquals(session.server.handleCount, 0);
    assertEquals(scene.takeErrors(), ["cannot release"]);
  },
);

mountTest(
  "An onError that throws ends neither the server nor the process",
  async (scene) => {
    const root = directory({}, {
      lookup: (name) => {
        if (name === "now") throw new Error("a defect");
        return Promise.reject(new Error("a defect"));
      },
    });
    await using _session = await scene.mount(fsOf(root), {
      onError: () => {
        throw new Error("another defect");
      },
    });
    // deno-lint-ignore no-console -- it is replaced, not used
    const original = console.error;
    const printed: unknown[] = [];
    // deno-lint-ignore no-console -- it is replaced, not used
    console.error = (_request, error) =>
      void printed.push((error as Error).message);
    try {
      const seen = await inClient(
        scene.mnt,
        ({ attempt, stat }, mnt, ...names) =>
          names.map((name) => attempt(stat, `${mnt}/${name}`)),
        "now",
        "later",
        "now",
      );
      assertEquals(seen, ["EIO", "EIO", "EIO"]);
    } finally {
      // deno-lint-ignore no-console -- it is put back, not used
      console.error = original;
    }
    // Both what was to be reported and why it was not.
    assertEquals(printed.sort(), [
      ...Array(3).fill("a defect"),
      ...Array(3).fill("another defect"),
    ]);
  },
);
