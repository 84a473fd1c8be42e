/**
 * What `/proc` tells of processes; it imports nothing, so every program may.
 *
 * @module
 */

/** Returns the names of a process's children, those that ended included. */
export function childrenOf(pid: number): string[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = Deno.readTextFileSync(`/proc/${name}/stat`);
      const [, program, parent] = /\((.*)\) . (\d+)/s.exec(stat)!;
      return Number(parent) === pid ? [program!] : [];
    } catch {
      // It has gone meanwhile.
      return [];
    }
  });
}

/**
 * Has the runtime open the descriptors now that it opens some time and keeps:
 * those of signals and children.
 */
export function openRuntimeFds(): void {
  const listener = (): void => {};
  Deno.addSignalListener("SIGUSR1", listener);
  Deno.removeSignalListener("SIGUSR1", listener);
}
