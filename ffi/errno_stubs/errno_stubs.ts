/**
 * Stubs that save a C function's `errno` before the runtime can overwrite it.
 *
 * Between the return of a C function and the next line of TypeScript the
 * garbage collector may run, and its system calls set `errno` too. So each
 * function is called through a few machine instructions, which copy the
 * thread's `errno` to its `h_errno`. Only the DNS resolver writes `h_errno`
 * otherwise. A function that runs on another thread returns `-errno` instead
 * of -1.
 *
 * @module
 */

import type { Code } from "./shared_object.ts";
import type { Platform } from "../platform.ts";

/** A C function to make a stub for. */
export interface Target {
  /** The address of the function. */
  readonly address: bigint;
  /** Whether the stub returns `-errno` rather than -1. */
  readonly negated: boolean;
}

/** The machine code of the stubs for one CPU. */
interface Cpu {
  readonly machine: number;
  /** Code that loads the target's address and jumps by `distance` bytes. */
  stub(target: bigint, distance: number): number[];
  /** Code that calls the target and then copies `errno` to `h_errno`. */
  saving(errno: bigint, hErrno: bigint): number[];
  /** Code that calls the target and turns a 32-bit result of -1 into -errno. */
  negating(errno: bigint): number[];
}

/** Returns the bytes of an integer in little-endian order. */
function le(value: bigint | number, length: number): number[] {
  return Array.from(
    { length },
    (_, i) => Number(BigInt(value) >> BigInt(8 * i) & 0xffn),
  );
}

const EM_X86_64 = 62;
const EM_AARCH64 = 183;

// A seventh argument is on the stack, so the stub pushes a copy of that word.
// AL is the number of vector registers that a variadic function has to save.
const X86_64_CALL = [
  ...[0x53], //                     push %rbx
  ...[0x48, 0x83, 0xec, 0x08], //   sub  $8, %rsp
  ...[0xff, 0x74, 0x24, 0x18], //   push 24(%rsp)
  ...[0x31, 0xc0], //               xor  %eax, %eax
  ...[0x41, 0xff, 0xd3], //         call *%r11
];
const X86_64_RETURN = [
  ...[0x48, 0x83, 0xc4, 0x10], //   add  $16, %rsp
  ...[0x5b], //                     pop  %rbx
  ...[0xc3], //                     ret
];

const x86_64: Cpu = {
  machine: EM_X86_64,
  stub: (target, distance) => [
    ...[0x49, 0xbb, ...le(target, 8)], //       movabs $target, %r11
    ...[0xe9, ...le(distance - 15, 4)], //      jmp    tail
    0x90,
  ],
  saving: (errno, hErrno) => [
    ...X86_64_CALL,
    ...[0x48, 0x89, 0xc3], //                   mov    %rax, %rbx
    ...[0x48, 0xb8, ...le(errno, 8)], //        movabs $errno, %rax
    ...[0xff, 0xd0], //                         call   *%rax
    ...[0x8b, 0x00], //                         mov    (%rax), %eax
    ...[0x89, 0x04, 0x24], //                   mov    %eax, (%rsp)
    ...[0x48, 0xb8, ...le(hErrno, 8)], //       movabs $h_errno, %rax
    ...[0xff, 0xd0], //                         call   *%rax
    ...[0x8b, 0x0c, 0x24], //                   mov    (%rsp), %ecx
    ...[0x89, 0x08], //                         mov    %ecx, (%rax)
    ...[0x48, 0x89, 0xd8], //                   mov    %rbx, %rax
    ...X86_64_RETURN,
  ],
  negating: (errno) => [
    ...X86_64_CALL,
    ...[0x83, 0xf8, 0xff], //                   cmp    $-1, %eax
    ...[0x75, 0x10], //                         jne    return
    ...[0x48, 0xb8, ...le(errno, 8)], //        movabs $errno, %rax
    ...[0xff, 0xd0], //                         call   *%rax
    ...[0x8b, 0x00], //                         mov    (%rax), %eax
    ...[0xf7, 0xd8], //                         neg    %eax
    ...X86_64_RETURN,
  ],
};

const AARCH64_CALL = [
  0xa9be7bfd, // stp x29, x30, [sp, #-32]!
  0x910003fd, // mov x29, sp
  0xd63f0200, // blr x16
];
const AARCH64_RETURN = [
  0xa8c27bfd, // ldp x29, x30, [sp], #32
  0xd65f03c0, // ret
];

/** Returns `ldr x16, literal`; the literal is `words` instructions ahead. */
const load = (words: number) => 0x58000010 | words << 5;
const words = (...code: number[]) => code.flatMap((word) => le(word, 4));

const aarch64: Cpu = {
  machine: EM_AARCH64,
  stub: (target, distance) => [
    ...words(
      load(2),
      0x14000000 | (distance - 4) / 4 & 0x3ffffff, // b tail
    ),
    ...le(target, 8),
  ],
  saving: (errno, hErrno) => [
    ...words(
      ...AARCH64_CALL,
      0xf9000be0, // str x0, [sp, #16]
      load(12),
      0xd63f0200, // blr x16
      0xb9400000, // ldr w0, [x0]
      0xb9001be0, // str w0, [sp, #24]
      load(10),
      0xd63f0200, // blr x16
      0xb9401be1, // ldr w1, [sp, #24]
      0xb9000001, // str w1, [x0]
      0xf9400be0, // ldr x0, [sp, #16]
      ...AARCH64_RETURN,
      0xd503201f, // nop, to align the two addresses
    ),
    ...le(errno, 8),
    ...le(hErrno, 8),
  ],
  negating: (errno) => [
    ...words(
      ...AARCH64_CALL,
      0x3100041f, // cmn w0, #1
      0x540000a1, // b.ne return
      load(7),
      0xd63f0200, // blr x16
      0xb9400000, // ldr w0, [x0]
      0x4b0003e0, // neg w0, w0
      ...AARCH64_RETURN,
      0xd503201f, // nop
    ),
    ...le(errno, 8),
  ],
};

const CPUS = { x86_64, aarch64 } as const;

/**
 * Returns the code of the stubs, one for each target.
 *
 * @param arch The CPU.
 * @param errno The address of `int *__errno_location(void)`.
 * @param hErrno The address of `int *__h_errno_location(void)`.
 * @param targets The functions to call, by the names of their stubs.
 */
export function errnoStubs(
  arch: Platform["arch"],
  errno: bigint,
  hErrno: bigint,
  targets: ReadonlyMap<string, Target>,
): Omit<Code, "name"> {
  const cpu = CPUS[arch];
  const saving = cpu.saving(errno, hErrno);
  const negating = cpu.negating(errno);
  const bytes: number[] = [];
  const align = () => {
    while (bytes.length % 16 !== 0) bytes.push(0);
  };
  bytes.push(...saving);
  align();
  const negatingAt = bytes.length;
  bytes.push(...negating);
  align();
  const functions = new Map<string, number>();
  for (const [name, { address, negated }] of targets) {
    functions.set(name, bytes.length);
    const tail = negated ? negatingAt : 0;
    bytes.push(...cpu.stub(address, tail - bytes.length));
  }
  return { machine: cpu.machine, bytes: Uint8Array.from(bytes), functions };
}
