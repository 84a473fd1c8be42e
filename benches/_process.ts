/**
 * CPU time and memory of a server's process, from /proc.
 *
 * @module
 */

/** The unit of times in /proc/PID/stat, on every Linux that Deno runs on. */
const TICK_MS = 10;

/** Returns the CPU time of a process and its threads in milliseconds. */
export function cpuMs(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The name, in parentheses, may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Returns the resident memory of a process in MiB. */
export function residentMiB(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)![1]) / 1024;
}
