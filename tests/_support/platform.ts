/**
 * What this machine lets a test do: for `ignore`, so that a test that cannot
 * run is skipped by name.
 *
 * @module
 */

/** Whether the CPU is emulated: `deno task test:aarch64` on another CPU. */
export const isQemu = Deno.env.get("HOSTKIT_QEMU") === "1";

/**
 * The words that start this Deno in a child process; under emulation the
 * kernel may not know how to run the program alone.
 */
export const denoCommand: readonly [string, ...string[]] = isQemu
  ? ["qemu-aarch64-static", Deno.execPath()]
  : [Deno.execPath()];

/** Whether mount(2) can mount a file system that a test serves. */
export const canMount = Deno.build.os === "linux" && !isQemu &&
  isAdministrator() && canOpen("/dev/fuse");

/** Whether a test may have the kernel forget what nobody uses. */
export const canDropCaches = canMount && canWrite("/proc/sys/vm/drop_caches");

/** The C compiler's name, or `undefined` when none works for this CPU. */
export const compiler = isQemu ? undefined : ["cc", "gcc"].find(canCompile);

/** Whether there is a C compiler, with libc's headers. */
export const hasCompiler = compiler !== undefined;

/** Whether `PATH` leads to a program of that name. */
export function hasProgram(name: string): boolean {
  return Deno.env.get("PATH")!.split(":").some((directory) => {
    try {
      const { isFile, mode } = Deno.statSync(`${directory}/${name}`);
      return isFile && (mode! & 0o111) !== 0;
    } catch {
      return false;
    }
  });
}

/** Whether CAP_SYS_ADMIN is effective: capability 21 of capabilities(7). */
function isAdministrator(): boolean {
  const status = Deno.readTextFileSync("/proc/self/status");
  const [, effective] = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)!;
  return (BigInt(`0x${effective}`) >> 21n & 1n) === 1n;
}

function canOpen(path: string): boolean {
  return opens(path, { read: true, write: true });
}

function canWrite(path: string): boolean {
  return opens(path, { write: true });
}

function opens(path: string, options: Deno.OpenOptions): boolean {
  try {
    using _file = Deno.openSync(path, options);
    return true;
  } catch {
    return false;
  }
}

function canCompile(compiler: string): boolean {
  if (!hasProgram(compiler)) return false;
  return new Deno.Command(compiler, {
    args: ["-fsyntax-only", "-include", "stdio.h", "-x", "c", "/dev/null"],
    stdout: "null",
    stderr: "null",
  }).outputSync().success;
}
