/**
 * The system calls that create a ring, and the reasons why they may be refused.
 *
 * @module
 */

import { errno, linuxLibc } from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { close, EINVAL, ENOMEM, ENOSYS, EPERM } from "../../posix/mod.ts";
import { holding } from "../_hold.ts";
import { HostFd } from "../host_fd.ts";
import { PARAMS } from "./_abi.ts";
import { addressOf } from "./_memory.ts";
import {
  IORING_SETUP_DEFER_TASKRUN,
  IORING_SETUP_SINGLE_ISSUER,
  IORING_SETUP_SUBMIT_ALL,
  IORING_SETUP_TASKRUN_FLAG,
} from "./constants_io_uring.ts";

// asm/unistd.h, on x86-64 and arm64
const SYS_IO_URING_SETUP = 425n;
const SYS_IO_URING_REGISTER = 427n;

// linux/io_uring.h
const IORING_SETUP_CQSIZE = 0x8;
/**
 * A feature of Linux 5.6, the oldest version that has all that is needed here.
 */
const IORING_FEAT_RW_CUR_POS = 0x8;

/** The flags of a ring whose caller gives none. */
const USUAL_FLAGS = IORING_SETUP_SUBMIT_ALL | IORING_SETUP_TASKRUN_FLAG |
  IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;

const SETTING = "/proc/sys/kernel/io_uring_disabled";

/** Explains an error of io_uring_setup(2). */
export function refusalHint(
  error: number,
  setting: string | undefined,
): string | undefined {
  switch (error) {
    case ENOSYS:
      return "this kernel has no io_uring, or a seccomp filter, such as a container's, hides it";
    case EPERM:
      return setting === "2"
        ? "the setting kernel.io_uring_disabled is 2: no process may use io_uring"
        : setting === "1"
        ? "the setting kernel.io_uring_disabled is 1: only CAP_SYS_ADMIN and the group kernel.io_uring_group may use io_uring"
        : "a seccomp filter, such as a container's, forbids io_uring";
    case ENOMEM:
      return "RLIMIT_MEMLOCK may be too low";
    default:
      return undefined;
  }
}

/** Reads the setting kernel.io_uring_disabled; kernels before 6.6 have none. */
function readSetting(): string | undefined {
  try {
    using file = HostFd.open(SETTING);
    const bytes = new Uint8Array(16);
    const n = file.readSync(bytes) ?? 0;
    return new TextDecoder().decode(bytes.subarray(0, n)).trim();
  } catch {
    return undefined;
  }
}

/** A new ring. */
export interface Setup {
  /** The ring's descriptor. */
  readonly fd: number;
  /** The `struct io_uring_params`, filled in. */
  readonly params: DataView;
}

/**
 * `io_uring_setup(entries, params)`: creates a ring.
 *
 * @param entries The capacity of the submission queue.
 * @param cqEntries The capacity of the completion queue; 0 for twice `entries`.
 * @param flags `IORING_SETUP_*`; by default the best that this kernel supports.
 * @param always `IORING_SETUP_*` to add in any case.
 */
export function setUp(
  entries: number,
  cqEntries: number,
  flags: number | undefined,
  always: number,
): Setup {
  if (cqEntries > 0) always |= IORING_SETUP_CQSIZE;
  let wanted = flags ?? USUAL_FLAGS;
  // Without this flag the ring does not show that work was deferred.
  if (wanted & IORING_SETUP_DEFER_TASKRUN) wanted |= IORING_SETUP_TASKRUN_FLAG;
  const first = setUpWith(entries, cqEntries, wanted | always);
  return typeof first === "object"
    ? first
    : first === EINVAL && flags === undefined
    ? orThrow(setUpWith(entries, cqEntries, always))
    : orThrow(first);
}

function orThrow(outcome: Setup | number): Setup {
  if (typeof outcome === "object") return outcome;
  const setting = outcome === EPERM ? readSetting() : undefined;
  const hint = refusalHint(outcome, setting);
  throw new SyscallError("io_uring_setup", outcome, { hint });
}

/** Creates a ring, or returns the errno. */
function setUpWith(
  entries: number,
  cqEntries: number,
  flags: number,
): Setup | number {
  const params = new DataView(new ArrayBuffer(PARAMS.size));
  params.setUint32(PARAMS.offset.cq_entries, cqEntries, true);
  params.setUint32(PARAMS.offset.flags, flags, true);
  const fd = linuxLibc().syscall(
    SYS_IO_URING_SETUP,
    BigInt(entries),
    BigInt(addressOf(params)),
    0n,
    0n,
    0n,
    0n,
  );
  if (fd < 0) return errno();
  const features = params.getUint32(PARAMS.offset.features, true);
  if ((features & IORING_FEAT_RW_CUR_POS) === 0) {
    close(fd);
    const hint = "Linux 5.6 or newer is needed";
    throw new SyscallError("io_uring_setup", ENOSYS, { hint });
  }
  return { fd, params };
}

/**
 * `io_uring_register(fd, opcode, arg, nr_args)`: registers a resource.
 *
 * @param memory The memory that `arg` points to.
 */
export function register(
  fd: number,
  opcode: number,
  memory: ArrayBufferView | null,
  count: number,
): void {
  const error = holding(memory, () => {
    const result = linuxLibc().syscall(
      SYS_IO_URING_REGISTER,
      BigInt(fd),
      BigInt(opcode),
      memory === null ? 0n : BigInt(addressOf(memory)),
      BigInt(count),
      0n,
      0n,
    );
    return result < 0 ? errno() : 0;
  });
  if (error === 0) return;
  const hint = error === ENOMEM ? "RLIMIT_MEMLOCK may be too low" : undefined;
  throw new SyscallError("io_uring_register", error, { hint });
}
