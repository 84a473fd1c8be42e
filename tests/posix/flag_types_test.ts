import {
  addSeals,
  F_SEAL_GROW,
  F_SEAL_SHRINK,
  MADV_DONTNEED,
  madvise,
  MAP_ANONYMOUS,
  MAP_PRIVATE,
  MAP_SHARED,
  type MapFlags,
  memfdCreate,
  MFD_CLOEXEC,
  mmap,
  mprotect,
  MS_SYNC,
  msync,
  O_RDONLY,
  O_RDWR,
  PROT_READ,
  PROT_WRITE,
  type ProtFlags,
  shmOpen,
} from "../../posix/mod.ts";
import { HostFd } from "../../hostfd/mod.ts";
import { map, type MMap } from "../../mmap/mod.ts";

/** What the compiler takes and refuses; nothing of it runs. */
export function typed(data: Uint8Array<ArrayBuffer>, m: MMap): void {
  const both: ProtFlags = PROT_READ | PROT_WRITE;
  let flags: MapFlags = MAP_SHARED;
  flags |= MAP_ANONYMOUS;
  const bits: number = flags;
  const numbers: number[] = [PROT_READ, MAP_SHARED];
  map(1, both, flags);
  map(1, PROT_READ, MAP_SHARED);
  map(1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
  map(1, 3, bits & ~MAP_PRIVATE);
  map(1, numbers[0]!, numbers[1]!);
  HostFd.open("/", O_RDONLY, 0o600);
  addSeals(1, F_SEAL_GROW | F_SEAL_SHRINK);

  // @ts-expect-error -- swapped
  map(1, MAP_SHARED, PROT_READ);
  // @ts-expect-error -- swapped, and one of both together
  map(1, MAP_SHARED, PROT_READ | PROT_WRITE);
  // @ts-expect-error -- swapped
  mmap(null, 1, MAP_PRIVATE, PROT_READ, -1, 0);
  // @ts-expect-error -- of another group
  mprotect(data, MAP_SHARED);
  // @ts-expect-error -- of another group
  madvise(data, MS_SYNC);
  // @ts-expect-error -- of another group
  msync(data, MADV_DONTNEED);
  // @ts-expect-error -- of another group
  m.protect(O_RDWR);
  // @ts-expect-error -- of another group
  addSeals(1, MFD_CLOEXEC);
  // @ts-expect-error -- of another group
  memfdCreate("a", F_SEAL_GROW);
  // @ts-expect-error -- of another group
  shmOpen("/a", PROT_READ, 0o600);
  // @ts-expect-error -- of another group
  HostFd.open("/", MAP_SHARED);
}

Deno.test("flags of one group are none of another, to the compiler", () => {
  // The check of types is the test: an expected error that is none is one.
});
