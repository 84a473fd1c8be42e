/**
 * The output of programs that run in parallel.
 *
 * @module
 */

const NEWLINE = 10;

/** The output of one program. */
export interface Turn {
  /** Shows bytes, at once or when the program's turn comes. */
  write(bytes: Uint8Array): void;
  /** Ends the output. */
  end(): void;
}

/**
 * Shows the output of several programs, one program after another: the output
 * of the program that printed first is shown at once until it ends, while the
 * output of the others waits. An unfinished last line is completed.
 */
export class Turns {
  readonly #show: (bytes: Uint8Array) => void;
  readonly #waiting: { bytes: Uint8Array[]; ended: boolean }[] = [];
  #last: number | undefined = NEWLINE;

  /** @param show Shows bytes. */
  constructor(show: (bytes: Uint8Array) => void) {
    this.#show = show;
  }

  /** Adds a program. */
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

/** Writes all bytes to standard output. */
export function writeOut(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    done += Deno.stdout.writeSync(bytes.subarray(done));
  }
}
