/**
 * Runs the step scripts of `mmap-posix-cases.json`.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { libc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/mod.ts";
import * as posix from "../../posix/mod.ts";
import type { Case, Step } from "./case_table.ts";

/** Does a step; what it returns is compared with the members of `expect`. */
export type Operation = (
  step: Step,
  run: CaseRun,
) => Readonly<Record<string, unknown>> | object | void;

/** What a running case has open. */
export class CaseRun implements Disposable {
  /** Descriptors, by the names that the script gives them. */
  readonly fds = new Map<string, number>();
  /** Mappings, by the names that the script gives them. */
  readonly maps = new Map<string, Uint8Array<ArrayBuffer>>();
  /** Where the script's files are, by name. */
  readonly paths = new Map<string, string>();
  readonly #stack = new DisposableStack();

  /** Does something at the end of the case, whatever fails. */
  defer(cleanup: () => void): void {
    this.#stack.defer(cleanup);
  }

  /** Remembers a descriptor and closes it at the end. */
  addFd(step: Step, fd: number): void {
    this.fds.set(step.as as string, fd);
    this.defer(() => void libc().close(fd));
  }

  /** Remembers a mapping and unmaps it at the end, if it is still there. */
  addMap(step: Step, data: Uint8Array<ArrayBuffer>): void {
    this.maps.set(step.as as string, data);
    this.defer(() => {
      if (data.length > 0) posix.munmap(data);
    });
  }

  /** The descriptor that a step names, or the number that it gives. */
  fd(step: Step): number {
    const { fd } = step;
    return typeof fd === "string" ? this.fds.get(fd)! : fd as number;
  }

  /** The mapping that a step names, cut to its `range`. */
  data(step: Step): Uint8Array<ArrayBuffer> {
    if (step.map === null) return new Uint8Array(0);
    if (step.map === "foreign16") return new Uint8Array(16);
    const data = this.maps.get(step.map as string)!;
    if (step.range === undefined) return data;
    const [from, to] = step.range as unknown[];
    return data.subarray(toNumber(from), toNumber(to));
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}

/** Returns a number of the table: itself, or text such as `"2*PS-1"`. */
export function toNumber(value: unknown): number {
  if (typeof value === "number") return value;
  const match = /^(-?)(?:(\d+)\*)?PS([+-]\d+)?$/.exec(value as string);
  if (match === null) return Number(value);
  const [, sign, times = "1", more = "0"] = match;
  const pages = posix.getpagesize() * Number(times);
  return (sign === "-" ? -pages : pages) + Number(more);
}

/** Returns an offset of the table, exact where a number could not hold it. */
export function toOffset(value: unknown): number | bigint {
  const offset = toNumber(value);
  return Number.isSafeInteger(offset) ? offset : BigInt(offset);
}

/** Returns flags of the table: a number, a name, or a list of either. */
export function toFlags(value: unknown): number {
  if (typeof value === "number") return value;
  if (Array.isArray(value)) {
    return value.reduce((flags, one) => flags | toFlags(one), 0);
  }
  const flag = (posix as unknown as Record<string, unknown>)[value as string];
  assert(typeof flag === "number", `no constant is called ${value}`);
  return flag as number;
}

/** Returns a text of the table: itself, or `"x*249"` for 249 times `"x"`. */
function toText(value: unknown): string {
  const [, letter, times] = /^(.)\*(\d+)$/.exec(value as string) ?? [];
  return letter?.repeat(Number(times)) ?? value as string;
}

/** Gives a shared memory object a name that no other run of the test uses. */
function toObjectName(value: unknown): string {
  const name = toText(value);
  return /^\/?\w{1,99}$/.test(name) ? `${name}-${Deno.pid}` : name;
}

/** The path of a step, likewise its own. */
function toPath({ path }: Step): string {
  return `${path}-${Deno.pid}`;
}

function toBytes({ bytes, hex }: Step): Uint8Array {
  return typeof bytes === "string"
    ? new TextEncoder().encode(bytes)
    : Uint8Array.fromHex(hex as string);
}

const ON_EMPTY: Readonly<
  Record<string, (data: Uint8Array<ArrayBuffer>, arg: number) => void>
> = {
  Msync: posix.msync,
  Mprotect: posix.mprotect,
  Madvise: posix.madvise,
  Mlock: posix.mlock,
  Munlock: posix.munlock,
};

/** The operations that need no more than `posix`. */
export const POSIX_OPERATIONS: Readonly<Record<string, Operation>> = {
  memfd(step, run) {
    run.addFd(step, posix.memfdCreate(toText(step.name), toFlags(step.flags)));
  },
  shm_open(step, run) {
    const name = toObjectName(step.name);
    const oflag = toFlags(step.oflag);
    const fd = posix.shmOpen(name, oflag, toNumber(step.mode));
    run.addFd(step, fd);
    if ((oflag & posix.O_CREAT) !== 0) {
      run.defer(() => void ignoreError(() => posix.shmUnlink(name)));
    }
  },
  shm_unlink: (step) => posix.shmUnlink(toObjectName(step.name)),
  ftruncate: (step, run) =>
    posix.ftruncate(run.fd(step), toNumber(step.length)),
  close: (step, run) => posix.close(run.fd(step)),
  fstat: (step, run) => posix.fstat(run.fd(step)),
  fchmod: (step, run) => posix.fchmod(run.fd(step), toNumber(step.mode)),
  fchown: (step, run) =>
    posix.fchown(run.fd(step), toNumber(step.uid), toNumber(step.gid)),
  fcntl: (step, run) => ({
    value: posix.fcntl(
      run.fd(step),
      toNumber(step.cmd),
      toNumber(step.arg ?? 0),
    ),
  }),
  fdlink: (step, run) => ({
    link: Deno.readLinkSync(`/proc/self/fd/${run.fd(step)}`),
  }),

  "posix.Mmap"(step, run) {
    const hint = BigInt(toNumber(step.addr));
    const { data, address } = posix.mmap(
      hint === 0n ? null : hint,
      toNumber(step.length),
      toFlags(step.prot),
      toFlags(step.flags),
      run.fd(step),
      toOffset(step.offset),
    );
    run.addMap(step, data);
    return {
      len: data.length,
      addr_equals: address === hint,
      page_aligned: address % BigInt(posix.getpagesize()) === 0n,
    };
  },
  "posix.Munmap": (step, run) => posix.munmap(run.data(step)),
  "posix.Mlock": (step, run) =>
    posix.mlock(run.data(step), toNumber(step.size)),
  "posix.Munlock": (step, run) =>
    posix.munlock(run.data(step), toNumber(step.size)),
  "posix.Mlockall": (step) => posix.mlockall(toFlags(step.flags)),
  "posix.Munlockall": () => posix.munlockall(),
  "posix.onEmpty": (step) =>
    ON_EMPTY[step.call as string]!(new Uint8Array(0), toNumber(step.arg)),
  protect: (step, run) => posix.mprotect(run.data(step), toFlags(step.prot)),
  advise: (step, run) => posix.madvise(run.data(step), toFlags(step.advice)),
  sync: (step, run) => posix.msync(run.data(step), toFlags(step.flags)),
  write: (step, run) => run.data(step).set(toBytes(step), toNumber(step.at)),
  read(step, run) {
    const at = toNumber(step.at);
    const bytes = run.data(step).slice(at, at + toNumber(step.n));
    return { bytes: new TextDecoder().decode(bytes), hex: bytes.toHex() };
  },

  umask(step, run) {
    const before = Deno.umask(step.value as number);
    run.defer(() => void Deno.umask(before));
  },
  symlink(step, run) {
    const path = toPath(step);
    Deno.symlinkSync(step.target as string, path);
    run.defer(() => ignoreError(() => Deno.removeSync(path)));
  },
  mkdir(step, run) {
    const path = toPath(step);
    Deno.mkdirSync(path);
    run.defer(() => ignoreError(() => Deno.removeSync(path)));
  },
  rmdir: (step) => Deno.removeSync(toPath(step)),
};

function ignoreError(cleanup: () => void): void {
  try {
    cleanup();
  } catch {
    // Gone already.
  }
}

/** Runs a case's steps in order, and fails at the first that surprises. */
export function runSteps(
  { steps = [] }: Case,
  operations: Readonly<Record<string, Operation>>,
): void {
  using run = new CaseRun();
  for (const [i, step] of steps.entries()) {
    runStep(step, `step ${i + 1} (${step.op})`, operations[step.op]!, run);
  }
}

function runStep(
  step: Step,
  where: string,
  operation: Operation,
  run: CaseRun,
): void {
  const { ok: _, errno, or_errno = [], go_error: __, ...wanted } =
    step.expect ?? {};
  let seen: object;
  try {
    seen = operation(step, run) ?? {};
  } catch (error) {
    // A length beyond 2^53 does not reach the kernel.
    if (error instanceof RangeError && hasUnsafeNumber(step)) return;
    if (!(error instanceof SyscallError)) throw error;
    const allowed = errno === undefined ? or_errno : [errno, ...or_errno];
    assert(allowed.includes(error.code), `${where}: ${error.message}`);
    return;
  }
  assertEquals(undefined, errno, `${where} should have failed`);
  for (const [member, value] of Object.entries(wanted)) {
    const actual = (seen as Record<string, unknown>)[member];
    assertEquals(String(actual), String(value), `${where}: ${member}`);
  }
}

function hasUnsafeNumber(step: Step): boolean {
  return Object.values(step).some((value) =>
    typeof value === "number" && !Number.isSafeInteger(value)
  );
}
