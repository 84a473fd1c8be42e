import { assert, assertEquals, assertThrows } from "@std/assert";
import { MMap } from "../../mmap/mod.ts";
import * as mmap from "../../mmap/mod.ts";
import { isQemu } from "../_support/platform.ts";
import { assertErrno } from "../posix/throws.ts";
import { PS, withFile } from "./_files.ts";
import {
  canSetAside,
  freeHugePages,
  HUGE,
  smapsField,
  withHugePages,
} from "./_huge_pages.ts";

/** The ways to a mapping of huge pages. */
const WAYS: Readonly<Record<string, (length: number) => MMap>> = {
  "MMap.anonymous()": (length) => MMap.anonymous(length, { hugePages: HUGE }),
  "MMap.anonymous(), shared": (length) =>
    MMap.anonymous(length, { hugePages: HUGE, shared: true }),
  "MMap.memfd()": (length) => MMap.memfd("huge", length, { hugePages: HUGE }),
};

for (const [name, map] of Object.entries(WAYS)) {
  Deno.test({
    name: `${name} takes huge pages from the pool, and gives them back`,
    ignore: !canSetAside,
    fn: () =>
      withHugePages(2, () => {
        const free = freeHugePages();
        {
          using m = map(2 * HUGE);
          assertEquals(freeHugePages(), free - 2);
          m.bytes[2 * HUGE - 1] = 7;
          const size = smapsField(m.address, "KernelPageSize");
          assertEquals(size, `${HUGE / 1024} kB`);
          assertEquals(m.slice(HUGE).indexOf(7), HUGE - 1);
          assertEquals(m.slice(-PS).isResident(), [true]);
          assertEquals(m.slice(-1).readSafe(), new Uint8Array([7]));
        }
        assertEquals(freeHugePages(), free);
      }),
  });

  Deno.test({
    name: `${name} throws ENOMEM if the pool has too few, and says so`,
    ignore: HUGE === 0 || isQemu,
    fn() {
      const tooMany = freeHugePages() + 2 ** 20;
      const run = (): unknown => map(tooMany * HUGE);
      assertErrno(run, "ENOMEM", "mmap");
      const { message } = assertThrows(run) as unknown as Error;
      assert(/too few huge pages/.test(message), message);
    },
  });

  Deno.test({
    name: `${name} with huge pages is resized and cut by whole ones alone`,
    ignore: !canSetAside,
    fn: () =>
      withHugePages(2, () => {
        const free = freeHugePages();
        {
          using m = map(2 * HUGE);
          m.bytes[0] = 1;
          m.bytes[HUGE] = 2;
          assertErrno(() => m.resize(HUGE + 1), "EINVAL", "mremap");
          assertErrno(() => m.slice(PS, 2 * PS).unmap(), "EINVAL", "munmap");
          assertEquals([m.bytes[0], m.bytes[HUGE]], [1, 2]);
          m.slice(HUGE).unmap();
          assertEquals(m.slice(0, HUGE).bytes[0], 1);
        }
        {
          using m = map(2 * HUGE);
          m.bytes[0] = 1;
          m.resize(HUGE);
          assertEquals([m.length, m.bytes[0]], [HUGE, 1]);
        }
        assertEquals(freeHugePages(), free);
      }),
  });
}

Deno.test({
  name: "MMap.shared() and intoWasm() refuse huge pages of the pool",
  ignore: !canSetAside,
  fn: () =>
    withHugePages(1, () => {
      using m = MMap.memfd("huge", HUGE, { hugePages: HUGE });
      const memory = new WebAssembly.Memory({
        initial: HUGE / 2 ** 16,
        maximum: HUGE / 2 ** 16,
        shared: true,
      });
      assertErrno(() => m.shared(), "EINVAL", "mremap");
      assertErrno(() => m.intoWasm(memory), "EINVAL", "mremap");
      assertEquals(m.bytes[0], 0);
    }),
});

Deno.test({
  name: "MMap.open() and anonymous() with hugePages prefer transparent ones",
  ignore: HUGE === 0 || isQemu || !MMap.supported(mmap.MADV_HUGEPAGE),
  fn() {
    const flagsOf = (m: MMap): string[] =>
      smapsField(m.address, "VmFlags").split(" ");
    withFile("hello", (path) => {
      using plain = MMap.open(path);
      using preferred = MMap.open(path, { hugePages: true });
      assertEquals(preferred.bytes, plain.bytes);
      assert(flagsOf(preferred).includes("hg"));
      assert(!flagsOf(plain).includes("hg"));
    });
    using m = MMap.anonymous(2 * HUGE, { hugePages: true, populate: true });
    assert(flagsOf(m).includes("hg"));
  },
});
