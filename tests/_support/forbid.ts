const PR_SET_SECCOMP = 22;
const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_MODE_FILTER = 2n;

/** Numbers of system calls: asm/unistd.h of each architecture. */
const NUMBERS = {
  io_uring_setup: { x86_64: 425, aarch64: 425 },
  process_vm_readv: { x86_64: 310, aarch64: 270 },
  process_vm_writev: { x86_64: 311, aarch64: 271 },
} as const;

/** A system call that can be forbidden. */
export type Forbidden = keyof typeof NUMBERS;

/** Lets some system calls fail with an errno, in this thread and for good. */
export function forbid(calls: readonly Forbidden[], errno: number): void {
  const { symbols } = Deno.dlopen("libc.so.6", {
    prctl: {
      parameters: ["i32", "u64", "buffer", "u64", "u64"],
      result: "i32",
    },
  });
  // linux/bpf_common.h and linux/seccomp.h
  const instructions = [
    [0x20, 0, 0, 0], // load the number of the system call
    ...calls.flatMap((call) => [
      [0x15, 0, 1, NUMBERS[call][Deno.build.arch]], // is it this one?
      [0x06, 0, 0, 0x50000 | errno], // fail with that errno
    ]),
    [0x06, 0, 0, 0x7fff0000], // allow
  ] as [code: number, yes: number, no: number, k: number][];
  const filter = new DataView(new ArrayBuffer(8 * instructions.length));
  for (const [i, [code, yes, no, k]] of instructions.entries()) {
    filter.setUint16(8 * i, code, true);
    filter.setUint8(8 * i + 2, yes);
    filter.setUint8(8 * i + 3, no);
    filter.setUint32(8 * i + 4, k, true);
  }
  const program = new BigUint64Array([
    BigInt(instructions.length),
    Deno.UnsafePointer.value(Deno.UnsafePointer.of(filter)),
  ]);
  symbols.prctl(PR_SET_NO_NEW_PRIVS, 1n, null, 0n, 0n);
  const mode = SECCOMP_MODE_FILTER;
  if (symbols.prctl(PR_SET_SECCOMP, mode, program, 0n, 0n) < 0) {
    throw new Error("no seccomp");
  }
}
