/**
 * Mounts a file system whose root answers nothing, tries to mount on it again,
 * and prints the error's code. A process of its own, since it might hang.
 *
 * @module
 */

import { SyscallError } from "../../ffi/mod.ts";
import { mount } from "../../fuse/mod.ts";
import { mountFS } from "../../fuse/fs/mod.ts";

const dir = Deno.args[0]!;
const code = Deno.args[1]!;
await using _session = await mountFS(dir, {
  root: () => ({
    attr: () => {
      throw Object.assign(new Error(), { code });
    },
  }),
});
try {
  await mount(dir);
} catch (error) {
  // deno-lint-ignore no-console -- a program's output
  console.log(error instanceof SyscallError ? error.code : error);
}
