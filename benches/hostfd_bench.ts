/**
 * `hostfd` compared with the runtime's own ways to read and copy files, C, fio
 * and cp.
 *
 * All take turns in one run; times are medians, and a ratio is the median of
 * the rounds' ratios. The files are in the page cache. C and fio are left out
 * if a compiler or fio is missing. The arguments are the directory of the
 * files, the MiB to copy, and the number of rounds.
 *
 * ```sh
 * deno run --allow-all benches/hostfd_bench.ts /tmp 1024 9
 * ```
 *
 * Exits with 1 if a target is missed.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a benchmark prints

import { compiler, hasProgram } from "../tests/_support/platform.ts";
import { run } from "./_child.ts";
import { type Contest, hold } from "./_contest.ts";
import { cachedReads, PROGRAM } from "./_hostfd_cached.ts";
import { copies } from "./_hostfd_copy.ts";
import { randomReads } from "./_hostfd_random.ts";

const MIB = 1 << 20;
/** The size of the file to read, at random and in order. */
const READ_MIB = 256;
/** The number of rounds of copies, which take long. */
const COPY_ROUNDS = 3;

async function compile(dir: string): Promise<string | undefined> {
  if (compiler === undefined) return undefined;
  const program = `${dir}/reads`;
  await Deno.writeTextFile(`${program}.c`, PROGRAM);
  await run([compiler, "-O2", "-o", program, `${program}.c`]);
  return program;
}

/** Creates a file without holes, which is then in the page cache. */
async function makeFile(path: string, megabytes: number): Promise<string> {
  using file = await Deno.open(path, { create: true, write: true });
  const bytes = new Uint8Array(MIB);
  for (let at = 0; at < MIB; at += 65536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65536));
  }
  for (let i = 0; i < megabytes; i++) await file.write(bytes);
  await file.sync();
  return path;
}

async function main(
  parent?: string,
  megabytes = "1024",
  rounds = "9",
): Promise<number> {
  const dir = await Deno.makeTempDir(
    parent === undefined ? {} : {
      dir: parent,
    },
  );
  try {
    await using stack = new AsyncDisposableStack();
    const program = await compile(dir);
    const hasFio = hasProgram("fio");
    if (program === undefined) console.log("Left out: C, without a compiler");
    if (!hasFio) console.log("Left out: fio, which is not installed");
    const small = await makeFile(`${dir}/small`, READ_MIB);
    const files = stack.use(new DisposableStack());
    let isGood = true;
    const holdAll = async (contest: Contest, times: number): Promise<void> => {
      isGood = await hold(contest, times) && isGood;
    };
    await holdAll(cachedReads(small, program, files), Number(rounds));
    await holdAll(await randomReads(small, hasFio, stack), Number(rounds));
    const large = await makeFile(`${dir}/large`, Number(megabytes));
    await holdAll(copies(large, Number(megabytes)), COPY_ROUNDS);
    return isGood ? 0 : 1;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

if (import.meta.main) main(...Deno.args).then(Deno.exit);
