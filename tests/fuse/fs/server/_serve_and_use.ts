/**
 * Serves a mount in a Worker, and uses it from the main thread by calls that
 * block it. It prints what it saw.
 *
 * @module
 */

import { mountModule } from "../../../../fuse/fs/mod.ts";

/** What blocks this thread until the Worker has answered. */
function use(mnt: string): Record<string, unknown> {
  const seen: Record<string, unknown> = {};
  Deno.mkdirSync(`${mnt}/sub`);
  Deno.writeTextFileSync(`${mnt}/sub/file`, "from the same process");
  seen.read = Deno.readTextFileSync(`${mnt}/sub/file`);
  seen.names = [...Deno.readDirSync(mnt)].map(({ name }) => name);
  try {
    Deno.statSync(`${mnt}/missing`);
  } catch (error) {
    seen.missing = (error as Error).name;
  }
  const cat = new Deno.Command("cat", { args: ["file"], cwd: `${mnt}/sub` });
  seen.outputSync = decode(cat.outputSync());

  // A program that lies in the mount is started by this very thread.
  Deno.copyFileSync("/bin/echo", `${mnt}/echo`);
  Deno.chmodSync(`${mnt}/echo`, 0o755);
  const echo = new Deno.Command(`${mnt}/echo`, { args: ["started"] });
  seen.program = decode(echo.outputSync());

  const bytes = new Uint8Array(8 << 20).fill(7);
  Deno.writeFileSync(`${mnt}/big`, bytes);
  seen.big = Deno.readFileSync(`${mnt}/big`).every((byte) => byte === 7);
  return seen;
}

function decode({ stdout }: Deno.CommandOutput): string {
  return new TextDecoder().decode(stdout);
}

/** Waits until a watch has seen a file being made. */
async function watch(mnt: string): Promise<boolean> {
  using watcher = Deno.watchFs(mnt);
  const making = Deno.writeTextFile(`${mnt}/watched`, "x");
  for await (const { paths } of watcher) {
    if (paths.some((path) => path.endsWith("/watched"))) break;
  }
  await making;
  return true;
}

async function main(dir: string): Promise<void> {
  const module = import.meta.resolve("../_mem_module.ts");
  await using session = await mountModule(dir, module);
  const mnt = session.mountpoint;
  const seen = use(mnt);
  const cat = new Deno.Command("cat", { args: ["file"], cwd: `${mnt}/sub` });
  seen.output = decode(await cat.output());
  seen.watched = await watch(mnt);
  // deno-lint-ignore no-console -- a program's output
  console.log(JSON.stringify(seen));
}

main(Deno.args[0]!);
