import { assertEquals } from "@std/assert";
import { ENOSYS, EPERM } from "../../posix/mod.ts";
import { runScript } from "../_support/script.ts";
import { kernelTest } from "./_files.ts";

/** Forbids process_vm_readv(2) to its thread, and then reads a cut file. */
const FORBIDDEN = `
import { forbid } from "./tests/_support/forbid.ts";
import { MMap } from "@hostkit/hostkit/mmap";
import { ftruncate, getpagesize } from "@hostkit/hostkit/posix";

forbid(["process_vm_readv", "process_vm_writev"], Number(Deno.args[0]));
const size = getpagesize();
using m = MMap.memfd("cut", 4 * size);
m.bytes.fill(7, size);
const attempt = (body) => {
  try {
    return body();
  } catch ({ code, transferred }) {
    return [code, transferred / size];
  }
};
const dst = new Uint8Array(4 * size);
m.probe();
console.log(m.readSafe(size - 1, size + 1).join(), m.copyOut(dst) / size);
ftruncate(m.fd, 2 * size);
console.log(JSON.stringify([
  attempt(() => m.probe()),
  attempt(() => m.probe(size)),
  attempt(() => m.readSafe()),
  attempt(() => m.copyOut(dst, 2 * size)),
  attempt(() => m.probe(0, 2 * size) ?? "there"),
]));
`;

for (const [name, errno] of Object.entries({ EPERM, ENOSYS })) {
  kernelTest(
    `MMap reads safely where a filter lets process_vm_readv() fail with ${name}`,
    async () => {
      const options = ["--allow-ffi", "--ext=ts"];
      const text = await runScript(FORBIDDEN, { options, args: [`${errno}`] });
      const faults = [2, 1, 2, 0].map((pages) => ["EFAULT", pages]);
      assertEquals(
        text,
        `0,7 4\n${JSON.stringify([...faults, "there"])}\n`,
      );
    },
  );
}
