import { assertEquals, assertStringIncludes } from "@std/assert";
import { MemFS } from "../../fuse/fs/mod.ts";
import { ROOT } from "../../tools/command.ts";
import { mountTest } from "../_support/mount.ts";

const NAMESPACE = "/proc/self/ns/mnt";

mountTest("the test task mounts where others do not see it", async (scene) => {
  await using session = await scene.mount(new MemFS());
  const test = `import { listMounts } from "${ROOT}fuse/mount/mount_info.ts";
    Deno.test("a", () => {
      const foreign = listMounts()
        .some(({ mountpoint }) => mountpoint === "${session.mountpoint}");
      console.log(\`${NAMESPACE}: \${Deno.readLinkSync("${NAMESPACE}")}\`);
      console.log(\`foreign: \${foreign}\`);
    });`;
  await Deno.writeTextFile(`${scene.dir}/a_test.ts`, test);
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "tools/test.ts", `${scene.dir}/a_test.ts`],
    cwd: ROOT,
    stdin: "null",
    signal: AbortSignal.timeout(30_000),
  }).output();
  const text = new TextDecoder().decode(stdout);
  assertEquals(code, 0, text);
  assertStringIncludes(text, `${NAMESPACE}: mnt:`);
  assertEquals(text.includes(await Deno.readLink(NAMESPACE)), false, text);
  assertStringIncludes(text, "foreign: false");
});
