/**
 * C structs of io_uring: linux/io_uring.h, with one layout on x86-64 and arm64.
 *
 * A C union has the name of one of its members here.
 *
 * @module
 */

import { struct } from "../../ffi/internal.ts";

const HEADER = "linux/io_uring.h";

/**
 * `struct io_sqring_offsets`: the offsets of the submission queue in the ring.
 */
export const SQRING_OFFSETS = struct(HEADER, "io_sqring_offsets", {
  head: "u32",
  tail: "u32",
  ring_mask: "u32",
  ring_entries: "u32",
  flags: "u32",
  dropped: "u32",
  array: "u32",
  resv1: "u32",
  resv2: "u64",
});

/**
 * `struct io_cqring_offsets`: the offsets of the completion queue in the ring.
 */
export const CQRING_OFFSETS = struct(HEADER, "io_cqring_offsets", {
  head: "u32",
  tail: "u32",
  ring_mask: "u32",
  ring_entries: "u32",
  overflow: "u32",
  cqes: "u32",
  flags: "u32",
  resv1: "u32",
  resv2: "u64",
});

/** `struct io_uring_params` of io_uring_setup(2). */
export const PARAMS = struct(HEADER, "io_uring_params", {
  sq_entries: "u32",
  cq_entries: "u32",
  flags: "u32",
  sq_thread_cpu: "u32",
  sq_thread_idle: "u32",
  features: "u32",
  wq_fd: "u32",
  resv: ["u32", 3],
  sq_off: SQRING_OFFSETS,
  cq_off: CQRING_OFFSETS,
});

/** `struct io_uring_sqe`, a submission; 64 bytes more follow with `sqe128`. */
export const SQE = struct(HEADER, "io_uring_sqe", {
  opcode: "u8",
  flags: "u8",
  ioprio: "u16",
  fd: "i32",
  off: "u64",
  addr: "u64",
  len: "u32",
  rw_flags: "u32",
  user_data: "u64",
  buf_index: "u16",
  personality: "u16",
  file_index: "u32",
  addr3: "u64",
  __pad2: ["u64", 1],
});

/** `struct io_uring_cqe`, a completion. */
export const CQE = struct(HEADER, "io_uring_cqe", {
  user_data: "u64",
  res: "i32",
  flags: "u32",
});

/** `struct __kernel_timespec` of linux/time_types.h. */
export const KERNEL_TIMESPEC = struct(
  "linux/time_types.h",
  "__kernel_timespec",
  { tv_sec: "i64", tv_nsec: "i64" },
);

/** `struct io_uring_getevents_arg` of io_uring_enter(2). */
export const GETEVENTS_ARG = struct(HEADER, "io_uring_getevents_arg", {
  sigmask: "u64",
  sigmask_sz: "u32",
  pad: "u32",
  ts: "u64",
});
