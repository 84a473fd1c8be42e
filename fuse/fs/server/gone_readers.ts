import { errno, linuxLibc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { readFile } from "../../../posix/internal.ts";
import { ESRCH } from "../../../posix/mod.ts";
import type { InFlight } from "../../conn/internal.ts";
import { ReadRequest } from "../../message/mod.ts";

/** How long between two looks, in milliseconds. */
const PAUSE_MS = 500;
/** How many threads are looked at each time. */
const MOST_LOOKS = 64;
/** linux/sched.h: a thread that is ending. */
const PF_EXITING = 4;
/** Where `flags` is in `/proc/PID/stat`, from `state` on. */
const FLAGS = 6;

/**
 * Aborts the signals of reads whose caller is gone.
 *
 * The kernel fills its cache in the background, and sends no INTERRUPT for what
 * it asks so. But it names the thread that wanted the data: if that has ended,
 * or is about to, nobody waits for the answer but those who would be better
 * served by a request of their own, which the kernel then makes.
 */
export class GoneReaders {
  readonly #inFlight: InFlight;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** How many threads were looked at before. */
  #looks = 0;

  /** Looks at the requests that wait for a handler. */
  constructor(inFlight: InFlight) {
    this.#inFlight = inFlight;
  }

  /** Begins to look, until no read waits. */
  watch(): void {
    this.#timer ??= setTimeout(() => this.#look(), PAUSE_MS);
  }

  /** Looks no more. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    this.#timer = undefined;
    const byThread = new Map<number, ReadRequest[]>();
    for (const request of this.#inFlight) {
      if (!(request instanceof ReadRequest) || request.dir) continue;
      const { pid } = request.header;
      // What the kernel asks for itself, or somebody whom we cannot name.
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
    // The program's name is in parentheses, and may have some.
    const words = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return (Number(words[FLAGS]) & PF_EXITING) !== 0;
  } catch (error) {
    // It may not be read, or the thread has ended since: the next look tells.
    if (error instanceof SyscallError) return false;
    throw error;
  }
}
