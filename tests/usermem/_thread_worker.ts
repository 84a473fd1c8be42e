/**
 * The Worker of `_thread.ts`.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import { addressOf } from "../../ffi/mod.ts";
import { linuxLibc } from "../../ffi/libc.ts";
import { EPERM } from "../../posix/mod.ts";
import { ProcessIO } from "../../usermem/mod.ts";
import { forbid } from "../_support/forbid.ts";
import { outcome } from "./_case.ts";
import type { ThreadResult, ThreadTask } from "./_thread.ts";

const isX86 = Deno.build.arch === "x86_64";

// asm/unistd.h
const SYS_CAPGET = isX86 ? 125n : 90n;
const SYS_CAPSET = isX86 ? 126n : 91n;

function call(number: bigint, ...args: bigint[]): void {
  const [a = 0n, b = 0n, c = 0n, d = 0n] = args;
  if (linuxLibc().syscall(number, a, b, c, d, 0n, 0n) < 0) {
    throw new Error(`System call ${number} failed`);
  }
}

/** Gives up a capability. */
function losePtrace(): void {
  // linux/capability.h: _LINUX_CAPABILITY_VERSION_3 and CAP_SYS_PTRACE
  const header = new Uint32Array([0x20080522, 0]);
  const data = new Uint32Array(6);
  call(SYS_CAPGET, addressOf(header), addressOf(data));
  data[0]! &= ~(1 << 19);
  call(SYS_CAPSET, addressOf(header), addressOf(data));
  if (header[0] === 0 || data.length === 0) throw new Error("Not kept alive");
}

function perform({ lose, pid, address, force }: ThreadTask): ThreadResult {
  if (lose === "ptrace") losePtrace();
  else forbid(["process_vm_readv", "process_vm_writev"], EPERM);
  const own = new Uint8Array([77]);
  const dst = new Uint8Array(1);
  using io = pid === undefined ? ProcessIO.self() : ProcessIO.of(pid);
  const addr = address ?? addressOf(own);
  const opts = { ignorePermissions: force ?? false };
  const { err } = outcome(() => io.copyIn(addr, dst, opts), {});
  if (own[0] !== 77) throw new Error("Not kept alive");
  return { err, byte: dst[0]! };
}

self.onmessage = ({ data }: MessageEvent<ThreadTask>) => {
  self.postMessage(perform(data));
};
