/**
 * The same work in C, for comparison.
 *
 * @module
 */

/**
 * A program whose arguments are a task, a file and a number of times. It prints
 * the milliseconds that the task took.
 */
export const PROGRAM = `
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static int futex(_Atomic int *word, int op, int value) {
  return syscall(SYS_futex, word, op, value, 0, 0, 0);
}

static void await_word(_Atomic int *word, int value) {
  int seen;
  while ((seen = *word) != value) futex(word, FUTEX_WAIT, seen);
}

static void set_word(_Atomic int *word, int value) {
  *word = value;
  futex(word, FUTEX_WAKE, 1);
}

/* The same as FutexWord: looks, yields, sleeps; the next word counts sleepers. */
static void look_for_word(_Atomic int *word, int value) {
  static int yielded;
  int seen = *word;
  if (yielded < 2) {
    for (int i = 0; i < 4000 && seen != value; i++) seen = *word;
    if (seen == value) yielded = 0;
  }
  for (int i = 0; i < 2 && seen != value; i++) {
    sched_yield();
    seen = *word;
    if (seen == value) yielded = (yielded + 1) % 256;
  }
  if (seen == value) return;
  word[1]++;
  await_word(word, value);
  word[1]--;
}

static void tell_word(_Atomic int *word, int value) {
  *word = value;
  if (word[1]) futex(word, FUTEX_WAKE, 1);
}

/* Lets this process and another take turns. */
static void exchange(const char *how, int rounds) {
  _Atomic int *w = mmap(0, 4096, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int ping[2], pong[2], in, out;
  char byte = 0;
  if (strcmp(how, "socket") == 0) socketpair(AF_UNIX, SOCK_STREAM, 0, ping);
  else if (pipe(ping) < 0 || pipe(pong) < 0) exit(1);
  int echo = fork() == 0;
  if (strcmp(how, "socket") == 0) in = out = ping[echo];
  else in = (echo ? ping : pong)[0], out = (echo ? pong : ping)[1];
  for (int i = 1; i <= rounds; i++) {
    if (strcmp(how, "futex") == 0) {
      if (echo) { await_word(w, i); set_word(w + 16, i); }
      else { set_word(w, i); await_word(w + 16, i); }
    } else if (strcmp(how, "look") == 0) {
      if (echo) { look_for_word(w, i); tell_word(w + 16, i); }
      else { tell_word(w, i); look_for_word(w + 16, i); }
    } else {
      if (!echo && write(out, &byte, 1) != 1) exit(1);
      if (read(in, &byte, 1) != 1) exit(1);
      if (echo && write(out, &byte, 1) != 1) exit(1);
    }
  }
  if (echo) _exit(0);
}

int main(int argc, char **argv) {
  const char *what = argv[1];
  int fd = open(argv[2], O_RDONLY), rounds = atoi(argv[3]);
  struct stat st;
  fstat(fd, &st);
  double from = now(), sum = 0;
  if (strcmp(what, "sum") == 0) {
    double *d = mmap(0, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    for (long i = 0; i < st.st_size / 8; i++) sum += d[i];
    munmap(d, st.st_size);
  } else if (strcmp(what, "bytes") == 0) {
    unsigned char *p = mmap(0, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    unsigned long bytes = 0;
    for (long i = 0; i < st.st_size; i++) bytes += p[i];
    munmap(p, st.st_size);
    sum = bytes;
  } else if (strcmp(what, "map") == 0) {
    for (int i = 0; i < rounds; i++)
      munmap(mmap(0, 4096, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096);
  } else exchange(what, rounds);
  printf("%f %f\\n", now() - from, sum);
}
`;
