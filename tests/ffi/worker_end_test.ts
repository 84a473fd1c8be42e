/**
 * What other threads still do for a Worker that has ended.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { platform } from "../../ffi/platform.ts";
import { mappingsOf } from "../_support/leaks.ts";
import { runScript } from "../_support/script.ts";

const LIBC = JSON.stringify(import.meta.resolve("../../ffi/libc.ts"));
const HOSTFD = JSON.stringify(import.meta.resolve("../../hostfd/mod.ts"));

/** A Worker that waits for a descriptor, which it is told. */
const WAITING = `
  import { libc } from ${LIBC};
  onmessage = ({ data: [fd, crashes] }) => {
    const pollfd = new Uint8Array(new Int32Array([fd, 1]).buffer);
    libc().pollAsync(pollfd, 1n, -1);
    postMessage("waits");
    if (crashes) setTimeout(() => { throw new Error("crash"); });
  };
`;

for (
  const [how, crashes] of [["is terminated", false], ["throws", true]] as const
) {
  Deno.test(`A nonblocking call may outlast its Worker, which ${how}`, {
    ignore: platform().os !== "linux",
  }, async () => {
    const output = await runScript(
      `
      import { pipe, pollAsync } from ${HOSTFD};
      const url = "data:text/javascript," +
        encodeURIComponent(${JSON.stringify(WAITING)});
      const worker = new Worker(url, { type: "module" });
      const crashed = new Promise((resolve) => {
        worker.onerror = (event) => (event.preventDefault(), resolve());
      });
      const [reader, writer] = pipe();
      await new Promise((resolve) => {
        worker.onmessage = resolve;
        worker.postMessage([reader.fd, ${crashes}]);
      });
      ${crashes ? "await crashed;" : "worker.terminate();"}
      // Its thread ends, and closes what it has opened.
      const isWorker = ({ name }) => {
        try {
          const path = "/proc/self/task/" + name + "/comm";
          return Deno.readTextFileSync(path).startsWith("worker-");
        } catch {
          return false;
        }
      };
      while (Array.from(Deno.readDirSync("/proc/self/task")).some(isWorker)) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      // Only the call still has the pipe open: its return is seen here.
      reader.close();
      writer.writeSync(new Uint8Array(1));
      await pollAsync([{ fd: writer.fd, events: 0 }]);
      console.log("lives");
    `,
      { options: ["--allow-all"] },
    );
    assertEquals(output.split("\n")[0], "lives");
  });
}

Deno.test("Workers leave no stubs in memory but those that they share", {
  ignore: platform().os !== "linux",
}, async () => {
  const url = "data:text/javascript," + encodeURIComponent(
    `import { libc } from ${LIBC}; postMessage(libc().getpid());`,
  );
  const round = async (): Promise<number> => {
    const worker = new Worker(url, { type: "module" });
    await new Promise((resolve) => worker.onmessage = resolve);
    worker.terminate();
    return mappingsOf("/memfd:errno-stubs").length;
  };
  const first = await round();
  assertEquals([await round(), await round()], [first, first]);
});
