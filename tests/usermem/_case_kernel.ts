import { errno, libc, linuxLibc } from "../../ffi/libc.ts";
import { errnoName } from "../../ffi/errno.ts";
import { O_RDWR } from "../../posix/constants_fcntl.ts";
import { ProcessIO } from "../../usermem/mod.ts";
import { type Json, outcome, type Run } from "./_case.ts";
import { Pages } from "./_pages.ts";

/** Returns an address: one in the pages, or any, which is then a string. */
function addressIn(pages: Pages, offset: number | string): bigint {
  return typeof offset === "string" ? BigInt(offset) : pages.at(0, offset);
}

/** What a C function returned. */
function resultOf(n: number): Json {
  return n < 0 ? { n, err: errnoName(errno()) } : { n, err: null };
}

function processVm(name: "process_vm_readv" | "process_vm_writev"): Run {
  return ({ pages: kinds, local, remote, pid, flags }) => {
    using pages = new Pages(kinds);
    const total = local.reduce((sum: number, n: number) => sum + n, 0);
    const buffer = new Uint8Array(Math.max(1, total));
    let at = libc().addressOf(buffer);
    const locals = local.flatMap((n: number) => {
      const iovec = [at, BigInt(n)];
      at += BigInt(n);
      return iovec;
    });
    const remotes = remote.flatMap(([offset, n]: [number | string, number]) => [
      addressIn(pages, offset),
      BigInt(n),
    ]);
    return resultOf(
      linuxLibc()[name](
        pid ?? Deno.pid,
        new BigUint64Array(locals),
        BigInt(local.length),
        new BigUint64Array(remotes),
        BigInt(remote.length),
        BigInt(flags ?? 0),
        buffer,
      ),
    );
  };
}

/** The area `processVm`: what the kernel does that the library builds on. */
export const PROCESS_VM: Record<string, Run> = {
  process_vm_readv: processVm("process_vm_readv"),
  process_vm_writev: processVm("process_vm_writev"),
};

function procSelfMem(name: "pread" | "pwrite"): Run {
  return ({ pages: kinds, off, len }) => {
    using pages = new Pages(kinds);
    const path = new TextEncoder().encode("/proc/self/mem\0");
    const fd = libc().open(path, O_RDWR, 0);
    const offset = BigInt.asIntN(64, addressIn(pages, off));
    const result = resultOf(
      libc()[name](fd, new Uint8Array(len), BigInt(len), offset),
    );
    libc().close(fd);
    return result;
  };
}

/** The area `procSelfMem`: the same, for `ignorePermissions`. */
export const PROC_SELF_MEM: Record<string, Run> = {
  pread: procSelfMem("pread"),
  pwrite: procSelfMem("pwrite"),
};

function processIO(
  transfer: (io: ProcessIO, addr: bigint, length: number) => number,
): Run {
  return ({ pages: kinds, off, len }, expect) => {
    using pages = new Pages(kinds);
    using io = ProcessIO.self();
    return outcome(() => transfer(io, addressIn(pages, off), len), expect);
  };
}

/** The area `processIO`. */
export const PROCESS_IO: Record<string, Run> = {
  CopyIn: processIO((io, addr, n) => io.copyIn(addr, new Uint8Array(n))),
  CopyOut: processIO((io, addr, n) => io.copyOut(addr, new Uint8Array(n))),
  ZeroOut: processIO((io, addr, n) => io.zeroOut(addr, n)),
};

/** Whether this kernel lets a process write past its own page protection. */
export function canForceWrites(): boolean {
  using pages = new Pages(["r--"]);
  using io = ProcessIO.self();
  const opts = { ignorePermissions: true };
  const { err } = outcome(
    () => io.copyOut(pages.at(0), new Uint8Array(1), opts),
    {},
  );
  return err === null;
}

/** Whether a filter denies this process process_vm_readv(2). */
export function isDenied(): boolean {
  const none = new BigUint64Array(0);
  return linuxLibc().process_vm_readv(
    Deno.pid,
    none,
    0n,
    none,
    0n,
    0n,
    new Uint8Array(0),
  ) < 0;
}
