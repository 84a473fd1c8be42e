/**
 * A process in C whose memory is known, to be looked at from outside.
 *
 * @module
 */

import { compiler } from "../_support/platform.ts";

/** How long such a process may live. */
const LIMIT_MS = 60_000;

const SOURCE = `
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static const char greeting[] = "hello from C";
static struct {
  uint8_t kind;
  uint32_t size;
  int16_t deltas[3];
  uint64_t id;
  struct { int8_t low; int64_t high; } range;
} record = { 7, 70000, { -1, 0, 1 }, 1ull << 60, { -128, -5 } };
static const char *names[] = { "alpha", "beta", "gamma", NULL };
static uint32_t word = 41;

int main(int argc, char **argv) {
  /* A word in the second page. */
  size_t page = sysconf(_SC_PAGESIZE);
  uint32_t *shared = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  shared += page / sizeof *shared + 1;
  *shared = 41;
  void *guard = mmap(NULL, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  printf("{\\"greeting\\":\\"%p\\",\\"record\\":\\"%p\\",\\"size\\":%zu,"
         "\\"names\\":\\"%p\\",\\"word\\":\\"%p\\",\\"shared\\":\\"%p\\","
         "\\"guard\\":\\"%p\\"}\\n",
         (void *) greeting, (void *) &record, sizeof record, (void *) names,
         (void *) &word, (void *) shared, guard);
  fflush(stdout);
  char line[64];
  while (fgets(line, sizeof line, stdin) != NULL) {
    printf("%u %u\\n", word, *shared);
    fflush(stdout);
  }
  return 0;
}
`;

/** Where the child has what. */
export interface Addresses {
  readonly greeting: bigint;
  readonly record: bigint;
  /** `sizeof` the record. */
  readonly size: number;
  readonly names: bigint;
  readonly word: bigint;
  readonly shared: bigint;
  readonly guard: bigint;
}

let program: string | undefined;

/** Compiles the child once; the file lasts as long as the tests. */
function compileChild(): string {
  if (program !== undefined) return program;
  const path = Deno.makeTempFileSync({ prefix: "hostkit-child-" });
  const source = `${path}.c`;
  Deno.writeTextFileSync(source, SOURCE);
  try {
    const { success, stderr } = new Deno.Command(compiler!, {
      args: ["-o", path, source],
      signal: AbortSignal.timeout(LIMIT_MS),
    }).outputSync();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  } finally {
    Deno.removeSync(source);
  }
  Deno.chmodSync(path, 0o755);
  addEventListener("unload", () => Deno.removeSync(path));
  return program = path;
}

/** The running child. */
export class CChild implements AsyncDisposable {
  readonly pid: number;
  readonly addresses: Addresses;
  readonly #process: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;

  private constructor(
    process: Deno.ChildProcess,
    lines: ReadableStreamDefaultReader<string>,
    addresses: Addresses,
  ) {
    this.pid = process.pid;
    this.#process = process;
    this.#stdin = process.stdin.getWriter();
    this.#lines = lines;
    this.addresses = addresses;
  }

  /** Starts the child and waits until its memory is as it says. */
  static async start(options: Deno.CommandOptions = {}): Promise<CChild> {
    const process = new Deno.Command(compileChild(), {
      args: ["one", "two words"],
      env: { HOSTKIT_CHILD: "yes" },
      stdin: "piped",
      stdout: "piped",
      signal: AbortSignal.timeout(LIMIT_MS),
      ...options,
    }).spawn();
    const lines = process.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    const { value } = await lines.read();
    const addresses = JSON.parse(
      value!,
      (_, each) => typeof each === "string" ? BigInt(each) : each,
    );
    return new CChild(process, lines, addresses);
  }

  /** Returns the two words as the child sees them now. */
  async words(): Promise<string> {
    await this.#stdin.write(new TextEncoder().encode("\n"));
    const { value } = await this.#lines.read();
    return value!.trimEnd();
  }

  /** Has the child exit, and waits until its number is free. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stdin.close().catch(() => {});
    await this.#lines.cancel();
    await this.#process.status;
  }
}
