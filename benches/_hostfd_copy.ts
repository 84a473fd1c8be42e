/**
 * Copies of a large file.
 *
 * @module
 */

import { copyFileRange, HostFd } from "@hostkit/hostkit/hostfd";
import { O_CREAT, O_WRONLY } from "@hostkit/hostkit/posix";
import { copy as ringCopy } from "../examples/ring_copy.ts";
import { run } from "./_child.ts";
import type { Contest, Way } from "./_contest.ts";

function copyInKernel(source: string, target: string): void {
  using from = HostFd.open(source);
  using to = HostFd.open(target, O_WRONLY | O_CREAT);
  while (copyFileRange(from.fd, -1, to.fd, -1, 1 << 30) !== null);
}

/** Compares copies of a file that is in the page cache. */
export function copies(source: string, megabytes: number): Contest {
  const target = `${source}-copy`;
  const copying = (
    name: string,
    copy: () => unknown,
  ): Way => ({
    name,
    run: async () => {
      const start = performance.now();
      await copy();
      const ms = performance.now() - start;
      await Deno.remove(target);
      return ms;
    },
  });
  return {
    title: `Copy ${megabytes} MiB`,
    ways: [
      copying("cp", () => run(["cp", source, target])),
      copying("Deno.copyFile", () => Deno.copyFile(source, target)),
      copying("copyFileRange", () => copyInKernel(source, target)),
      copying("ring", () => ringCopy(source, target, () => {})),
    ],
    targets: [
      { name: "copyFileRange", of: "cp" },
      { name: "copyFileRange", of: "Deno.copyFile" },
      { name: "ring", of: "cp" },
      { name: "ring", of: "Deno.copyFile" },
    ],
  };
}
