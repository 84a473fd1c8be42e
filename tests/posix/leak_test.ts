import { assert, assertEquals } from "@std/assert";
import { SyscallError } from "../../ffi/mod.ts";
import * as posix from "../../posix/mod.ts";
import { assertNoFdLeak } from "../_support/leaks.ts";
import { rounds } from "../_support/platform.ts";

const ROUNDS = rounds(3000);
const PS = posix.getpagesize();
const NAME = `/leak_test-${Deno.pid}`;
const CREATE = posix.O_RDWR | posix.O_CREAT | posix.O_EXCL;

const ignore = Deno.build.os !== "linux";

/** The objects and mappings that carry our name. */
function traces(): { objects: string[]; mappings: string[]; count: number } {
  const lines = Deno.readTextFileSync("/proc/self/maps").split("\n");
  return {
    objects: [...Deno.readDirSync("/dev/shm")].map(({ name }) => name)
      .filter((name) => NAME.endsWith(name)),
    mappings: lines.filter((line) => line.includes("leak_test")),
    count: lines.length,
  };
}

/** Fails if `body` leaves descriptors, mappings or objects behind. */
function assertNoTrace(body: () => void): void {
  assertNoFdLeak(() => {
    const before = traces();
    body();
    const after = traces();
    assertEquals([after.objects, after.mappings], [[], []]);
    // The heap of JavaScript comes and goes, but not by thousands.
    assert(after.count < before.count + ROUNDS / 10, `${after.count} mappings`);
  });
}

function mapShared(fd: number, length: number): Uint8Array<ArrayBuffer> {
  const { MAP_SHARED, PROT_RDWR } = posix;
  return posix.mmap(null, length, PROT_RDWR, MAP_SHARED, fd, 0).data;
}

Deno.test({
  name: `create, map, unmap, close, unlink leave nothing, ${ROUNDS} times`,
  ignore,
  fn() {
    assertNoTrace(() => {
      for (let i = 0; i < ROUNDS; i++) {
        const fd = posix.shmOpen(NAME, CREATE, 0o600);
        posix.ftruncate(fd, PS);
        const data = mapShared(fd, PS);
        data[0] = i;
        posix.munmap(data);
        posix.close(fd);
        posix.shmUnlink(NAME);
      }
    });
  },
});

Deno.test({
  name: `create, map, unmap, close a memfd leave nothing, ${ROUNDS} times`,
  ignore,
  fn() {
    assertNoTrace(() => {
      for (let i = 0; i < ROUNDS; i++) {
        const fd = posix.memfdCreate("leak_test", 0);
        posix.ftruncate(fd, PS);
        const data = mapShared(fd, PS);
        posix.close(fd);
        posix.munmap(data);
      }
    });
  },
});

/** Calls that fail in their last step, at the system or before. */
const FAILING: Readonly<Record<string, (fd: number) => unknown>> = {
  "a length of 0": (fd) => mapShared(fd, 0),
  "a negative length": (fd) => mapShared(fd, -1),
  "a fractional length": (fd) => mapShared(fd, 0.5),
  "a length beyond the address space": (fd) => mapShared(fd, 2 ** 52),
  "address 0, which no buffer can have": (fd) => {
    const { MAP_FIXED, MAP_SHARED, PROT_READ } = posix;
    return posix.mmap(0n, PS, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
  },
  "an unaligned offset": (fd) =>
    posix.mmap(null, PS, posix.PROT_READ, posix.MAP_SHARED, fd, 1),
  "an unknown type": (fd) => posix.mmap(null, PS, posix.PROT_READ, 0, fd, 0),
  "a name that is taken": () => posix.shmOpen(NAME, CREATE, 0o600),
  "a bad name": () => posix.shmOpen("a/b", CREATE, 0o600),
  "a bad mode": () => posix.shmOpen(`${NAME}x`, CREATE, NaN),
  "bad flags of a memfd": () => posix.memfdCreate("leak_test", 0x8000),
  "a long name of a memfd": () => posix.memfdCreate("leak_test".repeat(50), 0),
  "a negative size": (fd) => posix.ftruncate(fd, -1),
  "an unknown seal": (fd) => posix.addSeals(fd, 0x10000),
};

Deno.test({
  name: `what fails leaves nothing, ${ROUNDS} times`,
  ignore,
  fn() {
    const failures = Object.entries(FAILING);
    assertNoTrace(() => {
      for (let i = 0; i < ROUNDS; i++) {
        const [name, fail] = failures[i % failures.length]!;
        const fd = posix.shmOpen(NAME, CREATE, 0o600);
        try {
          fail(fd);
          throw new Error(`${name} did not fail`);
        } catch (error) {
          const expected = error instanceof SyscallError ||
            error instanceof RangeError;
          if (!expected) throw error;
        } finally {
          posix.close(fd);
          posix.shmUnlink(NAME);
        }
      }
    });
  },
});
