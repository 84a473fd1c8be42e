/**
 * The same work in C, for comparison.
 *
 * @module
 */

import { runSync } from "./_child.ts";

const LIMIT_MS = 120_000;

const PROGRAM = `
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { RANGES = 1024, RANGE_SIZE = 64 };

static char *filled(size_t size) {
  char *memory = malloc(size);
  memset(memory, 1, size);
  return memory;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(int argc, char **argv) {
  const char *mode = argv[1];
  size_t size = atol(argv[2]);
  if (strcmp(mode, "target") == 0) {
    printf("%p\\n", (void *) filled(size));
    fflush(stdout);
    return getchar() == EOF ? 0 : 1;
  }
  int times = atoi(argv[3]);
  pid_t pid = argc > 4 ? atoi(argv[4]) : getpid();
  int many = strcmp(mode, "in") != 0 && strcmp(mode, "out") != 0;
  char *memory = argc > 5 ? (char *) strtoull(argv[5], 0, 10)
                          : filled(many ? RANGES * size : size);
  char *bytes = filled(many ? RANGES * RANGE_SIZE : size);
  struct iovec ranges[RANGES], local = { bytes, size }, one = { memory, size };
  for (int i = 0; many && i < RANGES; i++)
    ranges[i] = (struct iovec) { memory + i * size, RANGE_SIZE };
  double from = now();
  if (strcmp(mode, "in") == 0) {
    for (int i = 0; i < times; i++) process_vm_readv(pid, &local, 1, &one, 1, 0);
  } else if (strcmp(mode, "out") == 0) {
    for (int i = 0; i < times; i++) process_vm_writev(pid, &local, 1, &one, 1, 0);
  } else if (strcmp(mode, "vector") == 0) {
    local.iov_len = RANGES * RANGE_SIZE;
    for (int i = 0; i < times; i++)
      process_vm_readv(pid, &local, 1, ranges, RANGES, 0);
  } else {
    for (int i = 0; i < times; i++)
      for (int k = 0; k < RANGES; k++) {
        local = (struct iovec) { bytes + k * RANGE_SIZE, RANGE_SIZE };
        process_vm_readv(pid, &local, 1, ranges + k, 1, 0);
      }
  }
  printf("%.9f\\n", (now() - from) / times);
  return 0;
}
`;

/** A process whose memory is read. */
export class Target implements AsyncDisposable {
  readonly pid: number;
  /** The address of the memory. */
  readonly address: Promise<bigint>;
  readonly #process: Deno.ChildProcess;

  constructor(program: string, size: number) {
    this.#process = new Deno.Command(program, {
      args: ["target", `${size}`],
      stdin: "piped",
      stdout: "piped",
      signal: AbortSignal.timeout(LIMIT_MS),
    }).spawn();
    this.pid = this.#process.pid;
    this.address = this.#readAddress();
  }

  async #readAddress(): Promise<bigint> {
    for await (const bytes of this.#process.stdout) {
      return BigInt(new TextDecoder().decode(bytes).trim());
    }
    throw new Error("the target process printed no address");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stdin.close();
    await this.#process.status;
  }
}

/** The compiled program. */
export class CProgram implements AsyncDisposable {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Compiles the program. */
  static async compile(): Promise<CProgram> {
    const directory = await Deno.makeTempDir();
    const program = `${directory}/bench`;
    await Deno.writeTextFile(`${program}.c`, PROGRAM);
    runSync(["cc", "-O2", "-o", program, `${program}.c`]);
    return new CProgram(directory);
  }

  get #path(): string {
    return `${this.#directory}/bench`;
  }

  /**
   * Runs a task a number of times.
   *
   * @param mode `in` or `out` for one range; `vector` or `each` for many.
   * @param size The length of the range, or the distance of the ranges.
   * @param target Another process, and the address of its memory.
   * @returns The milliseconds of each time.
   */
  run(
    mode: string,
    size: number,
    times: number,
    ...target: readonly (number | bigint)[]
  ): number {
    const args = [size, times, ...target].map(String);
    return Number(runSync([this.#path, mode, ...args]));
  }

  /** Starts a process whose memory is to be read. */
  start(size: number): Target {
    return new Target(this.#path, size);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#directory, { recursive: true });
  }
}
