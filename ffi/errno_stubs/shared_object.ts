/**
 * The smallest ELF shared object that dlopen(3) accepts: code and the names of
 * its functions.
 *
 * @see {@link https://refspecs.linuxfoundation.org/elf/elf.pdf | Tool Interface Standard: ELF}
 *
 * @module
 */

import { roundUp } from "../round_up.ts";

/** The code of a shared object for 64-bit Linux. */
export interface Code {
  /** The CPU: `EM_X86_64` or `EM_AARCH64`. */
  readonly machine: number;
  /** The machine code, position-independent. */
  readonly bytes: Uint8Array;
  /** The offset of each function in the code, in bytes, by name. */
  readonly functions: ReadonlyMap<string, number>;
  /** The name by which dlopen(3) finds the object once it is open. */
  readonly name: string;
}

const HEADER = 64;
const PROGRAM_HEADER = 56;
const SYMBOL = 24;
const DYNAMIC = 16;

const ET_DYN = 3;
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
/** A header without which the dynamic linker makes the stack executable. */
const PT_GNU_STACK = 0x6474e551;
const PF_X = 1;
const PF_W = 2;
const PF_R = 4;
const DT_NULL = 0;
const DT_HASH = 4;
const DT_STRTAB = 5;
const DT_SYMTAB = 6;
const DT_STRSZ = 10;
const DT_SYMENT = 11;
const DT_SONAME = 14;
const DT_FLAGS_1 = 0x6ffffffb;
/** Keeps the object loaded when a Worker ends: other threads still call it. */
const DF_1_NODELETE = 8;
/** `STB_GLOBAL << 4 | STT_FUNC`. */
const GLOBAL_FUNCTION = 0x12;
/**
 * The index of any section; the dynamic linker only checks that it is not 0.
 */
const SOME_SECTION = 1;

/** The alignment of segments: the largest page size of the supported CPUs. */
const PAGE = 0x10000;

/** Returns the bytes of a shared object with the given functions. */
export function sharedObject(code: Code): Uint8Array<ArrayBuffer> {
  const names = [...code.functions.keys()];
  const strings = new TextEncoder().encode(
    `\0${names.join("\0")}\0${code.name}\0`,
  );
  const count = names.length + 1;

  const symbolTable = HEADER + 4 * PROGRAM_HEADER;
  const hashTable = symbolTable + count * SYMBOL;
  // nbucket, nchain, one bucket, and a chain link for each symbol.
  const codeStart = roundUp(hashTable + 4 * (3 + count), 16);
  const stringTable = codeStart + code.bytes.length;
  const dynamic = roundUp(stringTable + strings.length, 16);
  const entries = [
    [DT_HASH, hashTable],
    [DT_SYMTAB, symbolTable],
    [DT_SYMENT, SYMBOL],
    [DT_STRTAB, stringTable],
    [DT_STRSZ, strings.length],
    [DT_SONAME, strings.length - code.name.length - 1],
    [DT_FLAGS_1, DF_1_NODELETE],
    [DT_NULL, 0],
  ] as const;
  const size = dynamic + entries.length * DYNAMIC;

  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  const u16 = (at: number, n: number) => view.setUint16(at, n, true);
  const u32 = (at: number, n: number) => view.setUint32(at, n, true);
  const u64 = (at: number, n: number) => view.setBigUint64(at, BigInt(n), true);

  // Magic, 64-bit, little-endian, version 1.
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  u16(16, ET_DYN);
  u16(18, code.machine);
  u32(20, 1);
  u64(32, HEADER);
  u16(52, HEADER);
  u16(54, PROGRAM_HEADER);
  u16(56, 4);

  // The dynamic section is mapped one page later and writable, because the
  // dynamic linker of older libcs writes absolute addresses into it.
  const segments = [
    [PT_LOAD, PF_R | PF_X, 0, 0, dynamic, PAGE],
    [PT_LOAD, PF_R | PF_W, dynamic, PAGE, size - dynamic, PAGE],
    [PT_DYNAMIC, PF_R | PF_W, dynamic, PAGE, size - dynamic, 8],
    [PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 16],
  ] as const;
  segments.forEach(([type, flags, offset, shift, length, align], i) => {
    const at = HEADER + i * PROGRAM_HEADER;
    u32(at, type);
    u32(at + 4, flags);
    u64(at + 8, offset);
    u64(at + 16, offset + shift);
    u64(at + 24, offset + shift);
    u64(at + 32, length);
    u64(at + 40, length);
    u64(at + 48, align);
  });

  // One bucket, whose chain has every symbol except the reserved first one.
  u32(hashTable, 1);
  u32(hashTable + 4, count);
  u32(hashTable + 8, count > 1 ? 1 : 0);
  let nameAt = 1;
  names.forEach((name, i) => {
    const at = symbolTable + (i + 1) * SYMBOL;
    u32(at, nameAt);
    view.setUint8(at + 4, GLOBAL_FUNCTION);
    u16(at + 6, SOME_SECTION);
    u64(at + 8, codeStart + code.functions.get(name)!);
    nameAt += name.length + 1;
    u32(hashTable + 12 + 4 * (i + 1), i + 2 < count ? i + 2 : 0);
  });
  file.set(code.bytes, codeStart);
  file.set(strings, stringTable);
  entries.forEach(([tag, value], i) => {
    u64(dynamic + i * DYNAMIC, tag);
    u64(dynamic + i * DYNAMIC + 8, value);
  });
  return file;
}
