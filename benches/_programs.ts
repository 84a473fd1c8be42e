/**
 * Finds the servers on this machine.
 *
 * @module
 */

import { canMount, compiler, hasProgram } from "../tests/_support/platform.ts";
import { run } from "./_child.ts";
import { THREADS_SOURCE } from "./_thread_workloads.ts";

const EXAMPLES = "/usr/share/doc/libfuse3-dev/examples";

/** The name of a program that serves a directory. */
export type ProgramName = "hostkit" | "latency" | "passthrough_ll" | "bindfs";

/** The programs that this machine can run. */
export interface Programs {
  /** The command of each program in words, by name. */
  readonly words: ReadonlyMap<ProgramName, readonly string[]>;
  /** The path of the client with threads, if there is a C compiler. */
  readonly threads: string | undefined;
  /** The programs that are left out, each with the reason. */
  readonly missing: readonly string[];
}

/** Finds the programs, compiling those in C into a directory. */
export async function findPrograms(dir: string): Promise<Programs> {
  const words = new Map<ProgramName, readonly string[]>();
  const missing: string[] = [];
  let threads: string | undefined;
  if (compiler === undefined) {
    missing.push("the workloads with threads, which need a C compiler");
  } else threads = await compileThreads(dir);
  if (!canMount) {
    const what = exists("/dev/fuse") ? "permission to mount" : "/dev/fuse";
    missing.push(`all servers, which need ${what}`);
    return { words, threads, missing };
  }
  words.set("hostkit", denoProgram("_mirror.ts"));
  words.set("latency", denoProgram("_latency.ts"));
  const lacking = lackingForPassthrough();
  if (lacking) missing.push(`passthrough_ll, which needs ${lacking}`);
  else words.set("passthrough_ll", [await compilePassthrough(dir)]);
  if (hasProgram("bindfs")) words.set("bindfs", ["bindfs"]);
  else missing.push("bindfs, which is not installed");
  return { words, threads, missing };
}

function denoProgram(file: string): string[] {
  const config = `--config=${fileHere("../deno.json")}`;
  return [Deno.execPath(), "run", "--allow-all", config, fileHere(file)];
}

async function compileThreads(dir: string): Promise<string> {
  const program = `${dir}/threads`;
  const source = `${program}.c`;
  await Deno.writeTextFile(source, THREADS_SOURCE);
  await run([compiler!, "-O2", "-o", program, source, "-lpthread"]);
  return program;
}

function lackingForPassthrough(): string | undefined {
  if (compiler === undefined) return "a C compiler";
  if (!exists("/usr/include/fuse3/fuse_lowlevel.h")) return "libfuse3-dev";
  const source = `${EXAMPLES}/passthrough_ll.c`;
  if (!exists(source) && !exists(`${source}.gz`)) return source;
  return undefined;
}

async function compilePassthrough(dir: string): Promise<string> {
  const program = `${dir}/passthrough_ll`;
  const source = `${program}.c`;
  const example = `${EXAMPLES}/passthrough_ll.c`;
  if (exists(example)) await Deno.copyFile(example, source);
  else {
    const { readable } = await Deno.open(`${example}.gz`);
    const text = readable.pipeThrough(new DecompressionStream("gzip"));
    await Deno.writeFile(source, text);
  }
  const headers = [`-I${EXAMPLES}`, "-I/usr/include/fuse3"];
  const libraries = ["-lfuse3", "-lpthread"];
  await run([
    compiler!,
    "-O2",
    ...headers,
    "-o",
    program,
    source,
    ...libraries,
  ]);
  return program;
}

/** Describes the machine and the versions, to be printed with the results. */
export async function describeMachine({ words }: Programs): Promise<string> {
  const cpu = await Deno.readTextFile("/proc/cpuinfo");
  const [, model] = /^model name\s*: (.*)$/m.exec(cpu) ?? [];
  const count = navigator.hardwareConcurrency;
  const [kernel] = /^\d+\.\d+/.exec(Deno.osRelease())!;
  const parts = [
    `${count} × ${model ?? Deno.build.arch}` +
    (/^flags\s*:.* hypervisor( |$)/m.test(cpu) ? " in a virtual machine" : ""),
    `Linux ${kernel}`,
    `Deno ${Deno.version.deno}`,
  ];
  const products = [["passthrough_ll", "libfuse"], [
    "bindfs",
    "bindfs",
  ]] as const;
  for (const [name, product] of products) {
    const program = words.get(name);
    if (program === undefined) continue;
    const [version] = /\d[\d.]+/.exec(await run([...program, "--version"]))!;
    parts.push(`${product} ${version}`);
  }
  return parts.join(", ");
}

function fileHere(path: string): string {
  return new URL(path, import.meta.url).pathname;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
