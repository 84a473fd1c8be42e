/**
 * Mounts on a directory, looks into it from another process and unmounts, and
 * prints what came of it as JSON.
 *
 * @module
 */

import { abort, type MountOptions, unmount } from "../../../fuse/mod.ts";
import { HelloFS, mountFS } from "../../../fuse/fs/mod.ts";
import { listMounts } from "../../../fuse/mount/mount_info.ts";
import { childrenOf, openRuntimeFds } from "../../_support/processes.ts";

// deno-lint-ignore no-explicit-any -- whatever was thrown
type Thrown = any;

async function client(...args: string[]): Promise<string> {
  const words = { args: ["5", ...args], env: { LC_ALL: "C" } };
  const { stdout } = await new Deno.Command("/usr/bin/timeout", words).output();
  return new TextDecoder().decode(stdout);
}

async function codeOf(call: () => void | Promise<void>): Promise<string> {
  return await Promise.try(call).then(() => "done", (error) => error.code);
}

/** A program in the file system, until the end of its scope. */
async function holdOpen(dir: string): Promise<AsyncDisposable> {
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", 'cd "$1" && echo && read line', "sh", dir],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  return {
    [Symbol.asyncDispose]: async () => {
      await child.stdin.close();
      while (!(await reader.read()).done);
      await child.status;
    },
  };
}

async function attempt(
  dir: string,
  options: MountOptions,
): Promise<Record<string, unknown>> {
  try {
    await using session = await mountFS(dir, new HelloFS(), options);
    const { mountpoint } = session;
    const content = await client("/bin/cat", `${mountpoint}/hello`);
    const { device, source, type } = listMounts().find((mount) =>
      mount.mountpoint === mountpoint
    )!;
    const line = (await client("/bin/cat", "/proc/self/mountinfo")).split("\n")
      .find((line) => line.split(" ")[2] === device);
    let busy: string;
    {
      await using _holder = await holdOpen(mountpoint);
      busy = await codeOf(() => unmount(dir));
    }
    const aborted = await codeOf(() => abort(dir));
    await session.unmount({ timeoutMs: 5000 });
    await session.unmount();
    return { code: "mounted", content, source, type, line, busy, aborted };
  } catch (error) {
    const { code, syscall, message }: Thrown = error;
    return { code, syscall, message };
  }
}

function openFds(): string[] {
  return Array.from(Deno.readDirSync("/proc/self/fd"), ({ name }) => name);
}

async function main(dir: string, options = "{}", below = '""'): Promise<void> {
  openRuntimeFds();
  await client("/bin/true");
  const mountpoint = dir + JSON.parse(below);
  await Deno.mkdir(mountpoint, { recursive: true });
  const before = openFds();
  const outcome = await attempt(mountpoint, JSON.parse(options));
  const left = [
    ...openFds().filter((fd) => !before.includes(fd)),
    ...listMounts().map(({ mountpoint }) => mountpoint)
      .filter((mountpoint) => mountpoint.startsWith(dir)),
    ...childrenOf(Deno.pid),
  ];
  // deno-lint-ignore no-console -- a program's output
  console.log(JSON.stringify({ ...outcome, left }));
}

main(...Deno.args as [string, string?, string?]);
