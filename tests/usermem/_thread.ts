/**
 * A thread that gives something up, for the kernel knows privileges and system
 * call filters by thread.
 *
 * @module
 */

/** What the thread is to do, and where to look afterwards. */
export interface ThreadTask {
  /** Give up CAP_SYS_PTRACE, or have process_vm_readv(2) refused with `EPERM`. */
  readonly lose: "ptrace" | "process_vm";
  /** The process, or none for this one. */
  readonly pid?: number;
  /** The address to read from; without it one of its own bytes. */
  readonly address?: bigint;
  /** Whether to ignore the protection of pages. */
  readonly force?: boolean;
}

/** What came of it. */
export interface ThreadResult {
  /** What reading one byte came to. */
  readonly err: string | null;
  /** The byte. */
  readonly byte: number;
}

/** Does a task in a Worker of its own. */
export function inThread(task: ThreadTask): Promise<ThreadResult> {
  const worker = new Worker(new URL("_thread_worker.ts", import.meta.url), {
    type: "module",
  });
  const { promise, resolve, reject } = Promise.withResolvers<ThreadResult>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(event.message));
  };
  worker.postMessage(task);
  return promise.finally(() => worker.terminate());
}
