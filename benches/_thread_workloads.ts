/**
 * Workloads with several threads, in a program in C, since a Worker takes long
 * to start.
 *
 * @module
 */

import { LARGE, type Timing } from "../cli/internal.ts";

/** The operation of the program, and its number of threads. */
export interface ThreadWorkload {
  readonly title: string;
  readonly verb: "read" | "write" | "wait";
  readonly threads: number;
}

/**
 * The program. Its arguments are the verb, a file, the number of threads, and
 * milliseconds.
 */
export const THREADS_SOURCE = `
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, STRIDE = 40503 };

static const char *verb, *path;
static double limit;
static long pages, total;
static pthread_barrier_t start;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static void *work(void *argument) {
  long count = 0, page = (long) argument * 977;
  int fd = open(path, *verb == 'w' && verb[1] == 'r' ? O_WRONLY : O_RDONLY);
  char *buffer = aligned_alloc(PAGE, PAGE);
  memset(buffer, 1, PAGE);
  if (fd < 0) { perror(path); exit(1); }
  pthread_barrier_wait(&start);
  for (double end = now() + limit; now() < end; count++) {
    long n = PAGE;
    page = (page + STRIDE) % pages;
    if (strcmp(verb, "read") == 0) n = pread(fd, buffer, PAGE, page * PAGE);
    else if (strcmp(verb, "write") == 0)
      n = pwrite(fd, buffer, PAGE, page * PAGE);
    else {
      struct timespec wait = { 0, 1000000 };
      nanosleep(&wait, NULL);
      n = pread(fd, buffer, PAGE, page * PAGE);
    }
    if (n != PAGE) { perror(verb); exit(1); }
  }
  close(fd);
  __atomic_add_fetch(&total, count, __ATOMIC_RELAXED);
  return NULL;
}

int main(int argc, char **argv) {
  verb = argv[1];
  path = argv[2];
  long threads = atol(argv[3]);
  limit = atof(argv[4]) * 1e6;
  struct stat s;
  if (stat(path, &s) != 0) { perror(path); return 1; }
  pages = s.st_size / PAGE;
  pthread_t ids[threads];
  pthread_barrier_init(&start, NULL, threads + 1);
  for (long i = 0; i < threads; i++)
    pthread_create(&ids[i], NULL, work, (void *) i);
  pthread_barrier_wait(&start);
  double from = now();
  for (long i = 0; i < threads; i++) pthread_join(ids[i], NULL);
  printf("%ld %f\\n", total, (now() - from) / 1e6);
  return argc == 5 ? 0 : 1;
}
`;

const VERBS = ["read", "write"] as const;
const THREADS = [1, 2, 8];

/** The workloads by name. */
export const THREAD_WORKLOADS: Readonly<Record<string, ThreadWorkload>> = Object
  .fromEntries(
    VERBS.flatMap((verb) =>
      THREADS.map((threads) => [
        `${verb}Random${threads}`,
        {
          title: `random ${verb} of 4 KiB, ${threads} thread` +
            (threads === 1 ? "" : "s"),
          verb,
          threads,
        },
      ])
    ),
  );

/** Runs the program on the large file of a directory. */
export function measureThreads(
  program: string,
  { verb, threads }: ThreadWorkload,
  dir: string,
  milliseconds: number,
  cpuMs: () => number = () => 0,
): Timing {
  const cpuStart = cpuMs();
  const { success, stdout, stderr } = new Deno.Command(program, {
    args: [verb, `${dir}/${LARGE}`, `${threads}`, `${milliseconds}`],
    stdin: "null",
  }).outputSync();
  const decoder = new TextDecoder();
  if (!success) throw new Error(decoder.decode(stderr));
  const [operations, elapsedMs] = decoder.decode(stdout).split(" ").map(Number);
  return {
    operations: operations!,
    elapsedMs: elapsedMs!,
    cpuMs: cpuMs() - cpuStart,
  };
}
