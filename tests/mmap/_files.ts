import { MMap } from "../../mmap/mod.ts";
import { getpagesize } from "../../posix/mod.ts";
import { isQemu } from "../_support/platform.ts";

/** The page size. */
export const PS = getpagesize();

/** Runs `body` with the path of a file of that content, which goes afterwards. */
export function withFile(
  content: string | Uint8Array,
  body: (path: string) => void,
): void {
  const path = Deno.makeTempFileSync();
  try {
    if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else Deno.writeFileSync(path, content);
    body(path);
  } finally {
    Deno.removeSync(path);
  }
}

/** Maps pages of a memfd, each filled with its number, from 1 on. */
export function numberedPages(count: number): MMap {
  const m = MMap.memfd("numbered", count * PS);
  for (let i = 0; i < count; i++) m.bytes.fill(i + 1, i * PS, (i + 1) * PS);
  return m;
}

/**
 * Declares a test of what QEMU's user mode does not emulate: process_vm_readv(2),
 * a second mapping by mremap(2), most advice, mlock2(2).
 */
export function kernelTest(
  name: string,
  fn: () => void | Promise<void>,
): void {
  Deno.test({ name, ignore: isQemu, fn });
}
