import { assertEquals, assertThrows } from "@std/assert";
import { libc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import { ESRCH } from "../../posix/mod.ts";
import {
  AddrRange,
  AddrRangeSeq,
  copyInVec,
  copyObjectIn,
  copyObjectOut,
  copyStringIn,
  ProcessIO,
} from "../../usermem/mod.ts";
import { MemFile } from "../../usermem/_mem_file.ts";
import { Iovecs } from "../../posix/process_memory/memory.ts";
import { extentOf } from "../../usermem/layout.ts";
import { denoCommand, hasCompiler, isQemu } from "../_support/platform.ts";
import { CChild } from "./_c_child.ts";
import { inThread } from "./_thread.ts";

const isLinux = Deno.build.os === "linux";
const isRoot = isLinux && Deno.uid() === 0;

/** Registers a test with a child in C. */
function test(
  name: string,
  fn: () => Promise<void>,
  ignore: boolean = false,
): void {
  Deno.test({ name, ignore: !isLinux || !hasCompiler || ignore, fn });
}

function assertCode(body: () => unknown, code: string): void {
  assertEquals(assertThrows(body, SyscallError).code, code);
}

test("ProcessIO reads strings, structs and arrays of pointers of another process", async () => {
  await using child = await CChild.start();
  using io = ProcessIO.of(child.pid);
  const { greeting, record, size, names } = child.addresses;
  assertEquals(copyStringIn(io, greeting, 100), "hello from C");

  const layout = {
    kind: "u8",
    size: "u32",
    deltas: ["i16", 3],
    id: "u64",
    range: { low: "i8", high: "i64" },
  } as const;
  assertEquals(copyObjectIn(io, record, layout, { align: "c" }), {
    kind: 7,
    size: 70000,
    deltas: [-1, 0, 1],
    id: 1n << 60n,
    range: { low: -128, high: -5n },
  });
  const twice = copyObjectIn(io, record, [layout, 1], { align: "c" });
  assertEquals(twice[0]!.range.high, -5n);
  assertEquals(extentOf(layout, "c").size, size);

  const pointers = copyObjectIn(io, names, ["u64", 4]);
  assertEquals(
    pointers.map((pointer) => pointer && copyStringIn(io, pointer, 100)),
    ["alpha", "beta", "gamma", 0n],
  );
});

test("ProcessIO writes to another process, which sees it", async () => {
  await using child = await CChild.start();
  using io = ProcessIO.of(child.pid);
  const { word, shared, greeting } = child.addresses;
  assertEquals(await child.words(), "41 41");
  assertEquals(copyObjectOut(io, word, "u32", 42), 4);
  assertEquals(io.zeroOut(shared, 4), 4);
  assertEquals(await child.words(), "42 0");

  // A constant of the program lies in a page that can only be read.
  const letter = new TextEncoder().encode("J");
  assertCode(() => io.copyOut(greeting, letter), "EFAULT");
  assertEquals(io.copyOut(greeting, letter, { ignorePermissions: true }), 1);
  assertEquals(copyStringIn(io, greeting, 100), "Jello from C");
});

test("ProcessIO throws EFAULT where another process has no memory", async () => {
  await using child = await CChild.start();
  using io = ProcessIO.of(child.pid);
  const { guard, word } = child.addresses;
  const dst = new Uint8Array(4);
  assertCode(() => io.copyIn(guard, dst), "EFAULT");
  assertCode(() => io.copyIn(0n, dst, { ignorePermissions: true }), "EFAULT");
  const ars = AddrRangeSeq.from([
    new AddrRange(word, word + 4n),
    new AddrRange(guard, guard + 4n),
  ]);
  const error = assertThrows(
    () => copyInVec(io, ars, new Uint8Array(8)),
    SyscallError,
  );
  assertEquals([error.code, error.transferred], ["EFAULT", 4]);
});

test("ProcessIO tells another process's arguments, environment and mappings", async () => {
  await using child = await CChild.start();
  using io = ProcessIO.of(child.pid);
  assertEquals(io.args().slice(1), ["one", "two words"]);
  assertEquals(io.environ().includes("HOSTKIT_CHILD=yes"), true);
  const { guard, word, shared } = child.addresses;
  const accessOf = (address: bigint): string => {
    const mapping = io.maps().find(({ range }) => range.contains(address))!;
    return `${mapping.access}${mapping.shared ? "s" : "p"}`;
  };
  assertEquals([guard, word, shared].map(accessOf), ["---p", "rw-p", "rw-s"]);
});

test("ProcessIO.swapUint32() throws EOPNOTSUPP on memory of another process alone", async () => {
  await using child = await CChild.start();
  using io = ProcessIO.of(child.pid);
  const { word, guard } = child.addresses;
  assertCode(() => io.swapUint32(word, 1), "EOPNOTSUPP");
  assertCode(() => io.compareAndSwapUint32(word, 41, 1), "EOPNOTSUPP");
  assertCode(() => io.swapUint32(guard, 1), "EFAULT");
  assertCode(() => io.swapUint32(word + 1n, 1), "EFAULT");
  assertCode(() => io.swapUint32(8n, 1), "EFAULT");
  assertEquals(io.loadUint32(word), 41);
  assertCode(() => io.loadUint32(word + 2n), "EFAULT");
  assertEquals(await child.words(), "41 41");
});

test(
  "ProcessIO.swapUint32() operates on memory that another process shares",
  async () => {
    await using child = await CChild.start();
    using io = ProcessIO.of(child.pid);
    const { shared } = child.addresses;
    assertEquals(io.swapUint32(shared, 5), 41);
    assertEquals(io.compareAndSwapUint32(shared, 41, 6), 5);
    assertEquals(io.compareAndSwapUint32(shared, 5, 7), 5);
    assertEquals(io.loadUint32(shared), 7);
    assertEquals(await child.words(), "41 7");
  },
  !isRoot,
);

Deno.test({
  name:
    "ProcessIO.swapUint32() with ignorePermissions writes what mprotect() in another process could",
  ignore: !isRoot || isQemu,
  fn: async () => {
    const path = await Deno.makeTempFile();
    await Deno.writeTextFile(path, "12345678");
    const [command, ...words] = denoCommand;
    const script = new URL("_protected_words.ts", import.meta.url).pathname;
    await using child = new Deno.Command(command, {
      args: [...words, "run", "--allow-ffi", script, path],
      stdin: "piped",
      stdout: "piped",
      signal: AbortSignal.timeout(60_000),
    }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value } = await lines.read();
    const [word, readOnly, alone] = value!.trim().split(",").map(BigInt);
    using io = ProcessIO.of(child.pid);
    const force = { ignorePermissions: true };
    assertCode(() => io.swapUint32(word! + 8n, 1), "EFAULT");
    assertEquals(io.swapUint32(word! + 8n, 5, force), 0);
    assertEquals(io.compareAndSwapUint32(word! + 8n, 5, 77, force), 5);
    assertCode(() => io.swapUint32(readOnly!, 1, force), "EFAULT");
    assertCode(() => io.swapUint32(alone!, 1, force), "EOPNOTSUPP");
    assertEquals(await Deno.readTextFile(path), "12345678");
    const writer = child.stdin.getWriter();
    await writer.write(new Uint8Array(1));
    assertEquals((await lines.read()).value, "77\n");
    await Promise.all([writer.close(), lines.cancel(), child.status]);
    await Deno.remove(path);
  },
});

test("ProcessIO throws ESRCH once the process has exited", async () => {
  const child = await CChild.start();
  using io = ProcessIO.of(child.pid);
  const { word } = child.addresses;
  const dst = new Uint8Array(4);
  assertEquals(io.copyIn(word, dst), 4);
  await child[Symbol.asyncDispose]();
  const force = { ignorePermissions: true };
  assertCode(() => io.copyIn(word, dst), "ESRCH");
  assertCode(() => io.copyIn(word, dst, force), "ESRCH");
  assertCode(() => io.copyOut(word, dst), "ESRCH");
  assertCode(() => io.copyOut(word, dst, force), "ESRCH");
  assertCode(() => io.zeroOut(word, 4), "ESRCH");
  assertCode(() => io.loadUint32(word), "ESRCH");
  assertCode(() => io.swapUint32(word, 1), "ESRCH");
  assertCode(() => io.maps(), "ESRCH");
  assertCode(() => io.args(), "ESRCH");
  assertCode(() => ProcessIO.of(child.pid), "ESRCH");
});

test("MemFile moves nothing once the process has exited", async () => {
  const child = await CChild.start();
  using file = new MemFile(child.pid);
  const word = new Iovecs(1);
  word.set(0, child.addresses.word, 4);
  assertEquals(file.read(word, 1, new Uint8Array(4)), 4);
  await child[Symbol.asyncDispose]();
  // It is no error of the system's, and the last one must not pass for it.
  libc().close(-1);
  assertEquals(file.read(word, 1, new Uint8Array(4)), -ESRCH);
  assertEquals(file.write(word, 1, new Uint8Array(4)), -ESRCH);
});

/** Sets which number the kernel gives to the next process; needs root. */
const LAST_PID = "/proc/sys/kernel/ns_last_pid";

test(
  "ProcessIO never touches the next process of the same number",
  async () => {
    const first = await CChild.start();
    using io = ProcessIO.of(first.pid);
    const { word } = first.addresses;
    await first[Symbol.asyncDispose]();
    // Somebody else may start a process in between.
    for (let attempt = 0; attempt < 200; attempt++) {
      await Deno.writeTextFile(LAST_PID, `${first.pid - 1}`);
      await using second = await CChild.start();
      if (second.pid !== first.pid) continue;
      const force = { ignorePermissions: true };
      const { word: same } = second.addresses;
      assertCode(() => io.copyIn(same, new Uint8Array(4)), "ESRCH");
      assertCode(() => io.copyOut(same, new Uint8Array(4)), "ESRCH");
      assertCode(() => io.copyOut(same, new Uint8Array(4), force), "ESRCH");
      assertCode(() => io.maps(), "ESRCH");
      assertEquals(await second.words(), "41 41");
      return;
    }
    throw new Error(`No second process ${first.pid} with a word at ${word}`);
  },
  !isRoot,
);

test(
  "ProcessIO throws EPERM on a process that may not be accessed",
  async () => {
    await using child = await CChild.start({ uid: 65534, gid: 65534 });
    const { pid, addresses } = child;
    const task = { pid, address: addresses.word };
    assertEquals(await inThread({ ...task, lose: "ptrace" }), {
      err: "EPERM",
      byte: 0,
    });
    assertEquals(await inThread({ ...task, lose: "process_vm" }), {
      err: "EPERM",
      byte: 0,
    });
    assertEquals(await inThread({ ...task, lose: "ptrace", force: true }), {
      err: "EACCES",
      byte: 0,
    });
  },
  !isRoot,
);

Deno.test({
  name: "ProcessIO.self() reads by way of a memfd where a filter denies it",
  // The emulator has no filters.
  ignore: !isLinux || isQemu,
  fn: async () => {
    const result = await inThread({ lose: "process_vm" });
    assertEquals(result, { err: null, byte: 77 });
    const fault = await inThread({ lose: "process_vm", address: 8n });
    assertEquals(fault, { err: "EFAULT", byte: 0 });
  },
});
