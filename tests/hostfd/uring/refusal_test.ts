import { assertEquals, assertStringIncludes } from "@std/assert";
import { refusalHint } from "../../../hostfd/uring/_setup.ts";
import { EINVAL, ENOMEM, ENOSYS, EPERM } from "../../../posix/mod.ts";
import { canMount } from "../../_support/platform.ts";
import { runScript } from "../../_support/script.ts";
import { hasRing } from "./_ring.ts";

Deno.test("refusalHint() names what forbids io_uring", () => {
  const hints = [
    [EPERM, "2", "kernel.io_uring_disabled is 2"],
    [EPERM, "1", "kernel.io_uring_disabled is 1"],
    [EPERM, "0", "seccomp"],
    [EPERM, undefined, "seccomp"],
    [ENOSYS, undefined, "seccomp"],
    [ENOMEM, undefined, "RLIMIT_MEMLOCK"],
  ] as const;
  for (const [error, setting, part] of hints) {
    assertStringIncludes(refusalHint(error, setting)!, part);
  }
  assertEquals(refusalHint(EINVAL, undefined), undefined);
});

/** Forbids io_uring_setup(2) to its thread, and then tries to make a ring. */
const FORBIDDEN = `
import { forbid } from "./tests/_support/forbid.ts";
forbid(["io_uring_setup"], Number(Deno.args[0]));
const { Ring } = await import("@hostkit/hostkit/hostfd/uring");
try {
  new Ring();
} catch ({ name, message }) {
  console.log(\`\${name}: \${message}\`);
}
`;

/** Returns what is printed where io_uring_setup(2) fails with an errno. */
async function messageOf(
  errno: number,
  before: readonly string[],
): Promise<string> {
  const options = ["--allow-ffi", "--ext=ts"];
  return await runScript(FORBIDDEN, { options, args: [`${errno}`], before });
}

for (
  const [errno, code, text] of [
    [ENOSYS, "ENOSYS", "Function not implemented (this kernel has no io_uring"],
    [EPERM, "EPERM", "Operation not permitted (a seccomp filter"],
  ] as const
) {
  Deno.test({
    name: `Ring says what a filter's ${code} means`,
    ignore: !hasRing,
    fn: async () => {
      assertStringIncludes(
        await messageOf(errno, []),
        `SyscallError: io_uring_setup: ${code}: ${text}`,
      );
    },
  });
}

Deno.test({
  name: "Ring names the setting that forbids io_uring",
  ignore: !hasRing || !canMount,
  fn: async () => {
    const setting = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(setting, "2\n");
      // The setting is the whole machine's: only this process sees another one.
      const script = 'mount --bind "$1" /proc/sys/kernel/io_uring_disabled &&' +
        ' shift && exec "$@"';
      const before = ["unshare", "-m", "sh", "-c", script, "sh", setting];
      assertStringIncludes(
        await messageOf(EPERM, before),
        "the setting kernel.io_uring_disabled is 2",
      );
    } finally {
      await Deno.remove(setting);
    }
  },
});
