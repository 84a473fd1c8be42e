/**
 * The output of programs that run side by side.
 *
 * @module
 */

const NEWLINE = 10;

/** What one program prints. */
export interface Turn {
  /** Shows bytes, at once or when its turn comes. */
  write(bytes: Uint8Array): void;
  /** Ends it. */
  end(): void;
}

/**
 * Shows what several programs print, one program after the other: the one that
 * printed first is shown as it prints until it ends, the others wait. A line
 * that it leaves unfinished is ended.
 */
export class Turns {
  readonly #show: (bytes: Uint8Array) => void;
  readonly #waiting: { bytes: Uint8Array[]; ended: boolean }[] = [];
  #last: number | undefined = NEWLINE;

  /** @param show Shows bytes. */
  constructor(show: (bytes: Uint8Array) => void) {
    this.#show = show;
  }

  /** Lets one more program print. */
  add(): Turn {
    const turn = { bytes: [] as Uint8Array[], ended: false };
    return {
      write: (bytes) => {
        if (turn.bytes.push(bytes) === 1 && !this.#waiting.includes(turn)) {
          this.#waiting.push(turn);
        }
        this.#showFirst();
      },
      end: () => {
        turn.ended = true;
        this.#showFirst();
      },
    };
  }

  #showFirst(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined) return;
      for (const bytes of first.bytes.splice(0)) {
        this.#show(bytes);
        this.#last = bytes.at(-1) ?? this.#last;
      }
      if (!first.ended) return;
      if (this.#last !== NEWLINE) this.#show(Uint8Array.of(NEWLINE));
      this.#last = NEWLINE;
      this.#waiting.shift();
    }
  }
}

/** Writes bytes to standard output, all of them. */
export function writeOut(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    done += Deno.stdout.writeSync(bytes.subarray(done));
  }
}
