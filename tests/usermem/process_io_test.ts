import { assert, assertEquals, assertThrows } from "@std/assert";
import { cString } from "../../ffi/c_string.ts";
import { addressOf } from "../../ffi/mod.ts";
import { libc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import {
  close,
  MAP_PRIVATE,
  MAP_SHARED,
  mmap,
  munmap,
  O_RDONLY,
  PROT_READ,
} from "../../posix/mod.ts";
import {
  AddrRange,
  AddrRangeSeq,
  copyInVec,
  ProcessIO,
} from "../../usermem/mod.ts";
import { isQemu, rounds } from "../_support/platform.ts";
import { assertNoFdLeak, mappingsOf } from "../_support/leaks.ts";
import { outcome } from "./_case.ts";
import { PAGE, Pages } from "./_pages.ts";
import { assertRefused, EFAULT, LIMIT, rangeAt, test } from "./_process_io.ts";
import { Random } from "./_random.ts";

test("ProcessIO.copyIn() and copyOut() throw EFAULT with the count at thousands of bad places", () => {
  using io = ProcessIO.self();
  const random = new Random(1);
  const kinds = ["---", "hole", "sigbus", "--x"];
  const layouts = kinds.map((kind) => new Pages(["rw-", kind]));
  const places = rounds(3000);
  for (let i = 0; i < places; i++) {
    const pages = random.pick(layouts);
    const before = random.pick([0, 0, 1, 2, 7, 64, 4000]);
    const address = pages.at(1, -before);
    const bytes = new Uint8Array(before + 1 + random.below(5000));
    const wanted = { n: before, err: "EFAULT" };
    assertEquals(outcome(() => io.copyIn(address, bytes), {}), wanted);
    assertEquals(outcome(() => io.copyOut(address, bytes), {}), wanted);
    // Anywhere at all, most of which is nowhere.
    const anywhere = BigInt(random.below(2 ** 32)) << BigInt(random.below(33));
    assert(["EFAULT", null].includes(
      outcome(() => io.copyIn(anywhere, new Uint8Array(1)), {}).err,
    ));
  }
  for (const pages of layouts) pages[Symbol.dispose]();
});

test("ProcessIO.copyIn() tells where it stopped", () => {
  using pages = new Pages(["rw-", "---"]);
  using io = ProcessIO.self();
  const error = assertThrows(
    () => io.copyIn(pages.at(1, -3), new Uint8Array(8)),
    SyscallError,
  );
  assertEquals(
    error.message,
    `${error.syscall}: EFAULT: Bad address (at 0x${pages.at(1).toString(16)})`,
  );
});

test("ProcessIO moves more than fits into one page, both ways", () => {
  using io = ProcessIO.self();
  const theirs = Uint8Array.from({ length: 300_000 }, (_, i) => i * 7);
  const mine = new Uint8Array(theirs.length);
  assertEquals(io.copyIn(addressOf(theirs), mine), mine.length);
  assertEquals(mine, theirs);
  mine.reverse();
  assertEquals(io.copyOut(addressOf(theirs), mine), mine.length);
  assertEquals(theirs, mine);
  assertEquals(io.zeroOut(addressOf(theirs) + 1n, 200_000), 200_000);
  mine.fill(0, 1, 200_001);
  assertEquals(theirs, mine);
});

test("ProcessIO checks the address of an empty transfer", () => {
  using io = ProcessIO.self();
  const none = new Uint8Array(0);
  assertEquals(io.copyIn(LIMIT, none), 0);
  assertEquals(io.copyOut(0n, none), 0);
  for (const address of [LIMIT + 1n, 2n ** 63n, 2n ** 64n - 1n]) {
    assertRefused(() => io.copyIn(address, none), EFAULT);
    assertRefused(() => io.copyOut(address, none), EFAULT);
    assertRefused(() => io.zeroOut(address, 0), EFAULT);
    const ars = AddrRangeSeq.of(new AddrRange(address, address));
    assertRefused(() => copyInVec(io, ars, new Uint8Array(1)), EFAULT);
  }
  assertRefused(() => io.copyIn(LIMIT - 1n, new Uint8Array(2)), EFAULT);
  assertRefused(() => io.copyIn(2n ** 64n - 1n, new Uint8Array(2)), EFAULT);
});

test("ProcessIO.zeroOut() throws RangeError on what is not a count", () => {
  using io = ProcessIO.self();
  for (const n of [-1, 0.5, NaN, 2 ** 53]) {
    assertThrows(() => io.zeroOut(0n, n), RangeError);
  }
});

test("ProcessIO with ignorePermissions passes protection, not the object's limits", () => {
  using pages = new Pages(["---", "r--", "r-x", "hole", "sigbus", "ro-shared"]);
  using io = ProcessIO.self();
  const opts = { ignorePermissions: true };
  const src = new Uint8Array([1, 2, 3]);
  const dst = new Uint8Array(3);
  for (const page of [0, 1, 2]) {
    assertRefused(() => io.copyOut(pages.at(page), src), EFAULT);
    assertEquals(io.copyOut(pages.at(page), src, opts), 3);
    assertEquals(io.copyIn(pages.at(page), dst, opts), 3);
    assertEquals(dst, src);
  }
  assertRefused(() => io.copyIn(pages.at(3), dst, opts), EFAULT);
  assertRefused(() => io.copyOut(pages.at(4), src, opts), EFAULT);
  assertRefused(() => io.copyOut(pages.at(5), src, opts), EFAULT);
  assertEquals(io.copyIn(pages.at(5), dst, opts), 3);
  assertRefused(() => io.copyIn(2n ** 63n, dst, opts), EFAULT);
  assertRefused(() => io.copyIn(pages.at(3, -2), dst, opts), {
    ...EFAULT,
    transferred: 2,
  });
});

test("ProcessIO.swapUint32() and the like operate on this process's words", () => {
  using io = ProcessIO.self();
  const words = new Uint32Array([1, 0xffff_ffff]);
  const address = addressOf(words);
  assertEquals(io.swapUint32(address, 5), 1);
  assertEquals(
    io.compareAndSwapUint32(address + 4n, 0xffff_ffff, 6),
    0xffff_ffff,
  );
  assertEquals(io.compareAndSwapUint32(address + 4n, 0, 7), 6);
  assertEquals(io.loadUint32(address), 5);
  assertEquals(words, new Uint32Array([5, 6]));
});

test("ProcessIO.swapUint32() and the like pass protection with ignorePermissions", () => {
  const kinds = ["rw-", "---", "r--", "r-x", "-w-", "ro-shared"];
  using pages = new Pages(kinds);
  using io = ProcessIO.self();
  const opts = { ignorePermissions: true };
  const accesses = () => {
    const inside = rangeAt(pages.at(0), kinds.length * PAGE);
    return io.maps().filter(({ range }) => range.overlaps(inside))
      .map(({ range, access }) => `${range} ${access}`);
  };
  const before = accesses();
  for (const [i, kind] of kinds.entries()) {
    const word = pages.at(i, 12);
    assertEquals(io.swapUint32(word, 5, opts), 0, kind);
    assertEquals(io.compareAndSwapUint32(word, 4, 6, opts), 5, kind);
    assertEquals(io.compareAndSwapUint32(word, 5, 7, opts), 5, kind);
    assertEquals(io.loadUint32(word, opts), 7, kind);
  }
  assertEquals(accesses(), before);
  assertRefused(() => io.swapUint32(pages.at(1), 1), EFAULT);
  assertRefused(() => io.swapUint32(pages.at(5), 1), EFAULT);
});

test("ProcessIO.swapUint32() with ignorePermissions keeps to what a file forbids", () => {
  using pages = new Pages(["hole", "sigbus"]);
  using io = ProcessIO.self();
  const opts = { ignorePermissions: true };
  const path = Deno.makeTempFileSync();
  Deno.writeTextFileSync(path, "12345678");
  const fd = libc().open(cString(path), O_RDONLY, 0);
  const shared = mmap(null, 8, PROT_READ, MAP_SHARED, fd, 0);
  const alone = mmap(null, 8, PROT_READ, MAP_PRIVATE, fd, 0);
  close(fd);
  for (const word of [pages.at(0), pages.at(1), shared.address]) {
    assertRefused(() => io.swapUint32(word, 1, opts), EFAULT);
    assertRefused(() => io.compareAndSwapUint32(word, 0, 1, opts), EFAULT);
  }
  const error = assertThrows(() => io.swapUint32(pages.at(1), 1, opts));
  assert(`${error}`.includes(`at 0x${pages.at(1).toString(16)}`));
  // A private page is a copy.
  assertEquals(io.swapUint32(alone.address, 0x3939_3939, opts), 0x3433_3231);
  assertEquals(new TextDecoder().decode(alone.data), "99995678");
  assertEquals(Deno.readTextFileSync(path), "12345678");
  munmap(shared.data);
  munmap(alone.data);
  Deno.removeSync(path);
});

Deno.test({
  name:
    "ProcessIO.compareAndSwapUint32() with ignorePermissions loses nothing between threads",
  // Each open of /proc/self/maps is another file there, which excludes nobody.
  ignore: Deno.build.os !== "linux" || isQemu,
  fn: async () => {
    using pages = new Pages(["r--", "ro-shared"]);
    using io = ProcessIO.self();
    const script = new URL("_protected_adder.ts", import.meta.url);
    const times = rounds(500);
    for (const page of [0, 1]) {
      const word = pages.at(page);
      const threads = Array.from({ length: 2 }, async () => {
        const worker = new Worker(script, { type: "module" });
        const done = Promise.withResolvers<void>();
        worker.onmessage = () => done.resolve();
        worker.onerror = (event) => {
          event.preventDefault();
          done.reject(new Error(event.message));
        };
        worker.postMessage({ word, times });
        await done.promise.finally(() => worker.terminate());
      });
      await Promise.all(threads);
      assertEquals(io.loadUint32(word), 2 * times);
      assertRefused(() => io.swapUint32(word, 1), EFAULT);
    }
  },
});

test("ProcessIO.swapUint32() and the like throw EFAULT where a touch would kill", () => {
  using pages = new Pages(["rw-", "r--", "---", "hole", "sigbus"]);
  using io = ProcessIO.self();
  assertEquals(io.swapUint32(pages.at(1, -4), 3), 0);
  assertEquals(io.loadUint32(pages.at(1)), 0);
  assertRefused(() => io.swapUint32(pages.at(1), 1), EFAULT);
  assertRefused(() => io.compareAndSwapUint32(pages.at(1), 9, 1), EFAULT);
  for (const address of [pages.at(2), pages.at(3), pages.at(4), LIMIT, 0n]) {
    assertRefused(() => io.swapUint32(address, 1), EFAULT);
    assertRefused(() => io.compareAndSwapUint32(address, 0, 1), EFAULT);
    assertRefused(() => io.loadUint32(address), EFAULT);
  }
  for (const offset of [1, 2, 3]) {
    assertRefused(() => io.swapUint32(pages.at(0, offset), 1), EFAULT);
    assertRefused(() => io.loadUint32(pages.at(0, offset)), EFAULT);
  }
  for (const value of [-1, 2 ** 32, 0.5, NaN]) {
    assertThrows(() => io.swapUint32(pages.at(0), value), RangeError);
    assertThrows(
      () => io.compareAndSwapUint32(pages.at(0), value, 0),
      RangeError,
    );
  }
});

test("ProcessIO.loadUint32() with ignorePermissions reads a protected word", () => {
  using pages = new Pages(["---"]);
  using io = ProcessIO.self();
  assertEquals(io.loadUint32(pages.at(0), { ignorePermissions: true }), 0);
});

test("ProcessIO.maps() tells ranges, access and files", () => {
  using pages = new Pages(["rw-", "r-x", "ro-shared"]);
  using io = ProcessIO.self();
  const maps = io.maps();
  const at = (page: number) =>
    maps.find(({ range }) => range.contains(pages.at(page)))!;
  assertEquals(`${at(0).access}`, "rw-");
  assertEquals(`${at(-1).access}`, "---");
  assertEquals(at(-1).range.end, pages.at(0));
  assertEquals(`${at(1).access}`, "r-x");
  assertEquals(at(1).path, "");
  assertEquals(at(2).shared, true);
  assertEquals(at(2).path, "/memfd:pages (deleted)");
  assertEquals(at(2).inode > 0n, true);
  assertEquals(maps.every(({ range }) => range.isPageAligned), true);
  assertEquals(maps.every(({ resident }) => resident === undefined), true);
});

test("ProcessIO.maps() tells how much of a mapping is in memory", () => {
  using pages = new Pages(["rw-", "r--"]);
  using io = ProcessIO.self();
  const resident = () =>
    io.maps({ residency: true })
      .find(({ range }) => range.contains(pages.at(0)))!.resident;
  assertEquals(resident(), 0);
  io.zeroOut(pages.at(0), 1);
  assertEquals(resident(), PAGE);
});

Deno.test({
  name: "ProcessIO.args() and environ() are what the program was started with",
  // The emulator's /proc/self/stat has no such fields.
  ignore: Deno.build.os !== "linux" || isQemu,
  fn() {
    using io = ProcessIO.self();
    assertEquals(io.args().length > 1, true);
    assertEquals(io.environ().includes(`PATH=${Deno.env.get("PATH")}`), true);
  },
});

test("ProcessIO refuses all access once closed", () => {
  const io = ProcessIO.self();
  io.close();
  io.close();
  const closed = { code: "EBADF" };
  const word = addressOf(new Uint32Array(1));
  assertRefused(() => io.copyIn(word, new Uint8Array(1)), closed);
  assertRefused(() => io.copyOut(word, new Uint8Array(1)), closed);
  assertRefused(
    () => io.copyIn(word, new Uint8Array(1), { ignorePermissions: true }),
    closed,
  );
  assertRefused(() => io.swapUint32(word, 1), closed);
  assertRefused(() => io.loadUint32(word), closed);
  assertRefused(() => io.maps(), closed);
});

test("ProcessIO.of() takes the number of a process only", () => {
  for (const pid of [0, -1, 0.5, NaN, 2 ** 31]) {
    assertThrows(() => ProcessIO.of(pid), RangeError);
  }
  assertRefused(() => ProcessIO.of(2 ** 31 - 1), {
    code: "ESRCH",
    syscall: "pidfd_open",
  });
});

test("ProcessIO.of() of this process is the same as self()", () => {
  using io = ProcessIO.of(libc().getpid());
  const word = new Uint32Array([41]);
  assertEquals(io.swapUint32(addressOf(word), 42), 41);
  assertEquals(word[0], 42);
});

test("ProcessIO leaves no descriptor open, and no mapping", () => {
  const mapped = mappingsOf("/memfd:hostkit-bounce").length;
  const byte = rangeAt(addressOf(new Uint8Array(1)), 1);
  const many = AddrRangeSeq.from(Array.from({ length: 8 }, () => byte));
  assertNoFdLeak(() => {
    using io = ProcessIO.self();
    using other = ProcessIO.of(Deno.ppid);
    assertEquals(other.pid, Deno.ppid);
    io.copyIn(addressOf(new Uint8Array(1)), new Uint8Array(1), {
      ignorePermissions: true,
    });
    io.maps();
    assertThrows(
      () => io.copyIn(0n, new Uint8Array(1), { ignorePermissions: true }),
    );
    copyInVec(io, many, new Uint8Array(8));
    assertEquals(mappingsOf("/memfd:hostkit-bounce").length, mapped + 1);
  });
  assertEquals(mappingsOf("/memfd:hostkit-bounce").length, mapped);
});
