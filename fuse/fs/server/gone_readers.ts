import { errno, linuxLibc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { readFile } from "../../../posix/internal.ts";
import { ESRCH } from "../../../posix/mod.ts";
import type { InFlight } from "../../conn/internal.ts";
import { ReadRequest } from "../../message/mod.ts";

/** The time between two checks, in milliseconds. */
const PAUSE_MS = 500;
/** The most threads that one check looks at. */
const MOST_LOOKS = 64;
/** linux/sched.h: a thread that is ending. */
const PF_EXITING = 4;
/** The position of `flags` in `/proc/PID/stat`, counted from `state`. */
const FLAGS = 6;

/**
 * Aborts the signals of READ requests whose caller has exited.
 *
 * The kernel fills its page cache in the background (readahead) and sends no
 * INTERRUPT for such a READ. But the request names the thread that wanted the
 * data. Once that thread has exited or is exiting, the answer is no longer
 * needed: if another thread wants the same data, the kernel sends a new READ.
 */
export class GoneReaders {
  readonly #inFlight: InFlight;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The number of threads that earlier checks looked at. */
  #looks = 0;

  /** Watches the requests that wait for a handler. */
  constructor(inFlight: InFlight) {
    this.#inFlight = inFlight;
  }

  /** Starts the checks, which go on until no READ is in flight. */
  watch(): void {
    this.#timer ??= setTimeout(() => this.#look(), PAUSE_MS);
  }

  /** Stops the checks. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    this.#timer = undefined;
    const byThread = new Map<number, ReadRequest[]>();
    for (const request of this.#inFlight) {
      if (!(request instanceof ReadRequest) || request.dir) continue;
      const { pid } = request.header;
      // The caller has no number in the mount's PID namespace.
      if (pid === 0) continue;
      const requests = byThread.get(pid);
      if (requests === undefined) byThread.set(pid, [request]);
      else requests.push(request);
    }
    if (byThread.size === 0) return;
    const threads = [...byThread.keys()];
    const from = this.#looks % threads.length;
    const chosen = [...threads.slice(from), ...threads.slice(0, from)]
      .slice(0, MOST_LOOKS);
    this.#looks += chosen.length;
    for (const thread of chosen) {
      if (!isGone(thread)) continue;
      for (const request of byThread.get(thread)!) request._interrupt();
    }
    this.watch();
  }
}

/** Whether a thread has ended, or is about to. */
function isGone(thread: number): boolean {
  if (linuxLibc().kill(thread, 0) < 0 && errno() === ESRCH) return true;
  try {
    const text = new TextDecoder().decode(readFile(`/proc/${thread}/stat`));
    // The program's name is in parentheses, and may contain parentheses.
    const words = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return (Number(words[FLAGS]) & PF_EXITING) !== 0;
  } catch (error) {
    // The file is not readable, or the thread has just ended: the next check
    // tells.
    if (error instanceof SyscallError) return false;
    throw error;
  }
}
