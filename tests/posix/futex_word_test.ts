import { assert, assertEquals, assertThrows } from "@std/assert";
import { FutexWord } from "../../posix/mod.ts";
import { NOT_INT } from "./throws.ts";

const ignore = Deno.build.os !== "linux";
const QUESTION = 0;
const ANSWER = 16;

/** Long enough for every change to be seen, unless nobody tells of it. */
const LIMIT_MS = 20_000;

/** Fails if a wait ended because its time was over, not because of a wake. */
function assertInTime(start: number): void {
  assert(performance.now() - start < LIMIT_MS, "nobody was woken");
}

/** Runs `body` with two words that another thread answers, then ends it. */
async function withAnswers(
  body: (question: FutexWord, answer: FutexWord) => void | Promise<void>,
): Promise<Int32Array> {
  const url = new URL("_answering_worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  const message = (): Promise<unknown> => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(event.error ?? event.message);
    return promise;
  };
  try {
    const words = new Int32Array(new SharedArrayBuffer(128));
    const question = new FutexWord(words, QUESTION);
    const ready = message();
    worker.postMessage(words.buffer);
    assertEquals(await ready, "ready");
    const done = message();
    await body(question, new FutexWord(words, ANSWER));
    question.store(-1);
    assertEquals(await done, "done");
    return words;
  } finally {
    worker.terminate();
  }
}

Deno.test("FutexWord takes two words, and refuses what is not there", () => {
  const words = new Int32Array(4);
  new FutexWord(words);
  new FutexWord(words, 2);
  for (const index of [-1, 3, 4, 0.5, NaN]) {
    assertThrows(() => new FutexWord(words, index), RangeError);
  }
});

Deno.test({
  name: "FutexWord.store() and add() change the number at the index alone",
  ignore,
  fn() {
    const words = new Int32Array(6);
    const word = new FutexWord(words, 2);
    word.store(40);
    assertEquals([word.add(2), word.value], [40, 42]);
    assertEquals(words, new Int32Array([0, 0, 42, 0, 0, 0]));
  },
});

Deno.test({
  name:
    "FutexWord.waitWhile() returns another number at once, and the same when the time is over",
  ignore,
  fn: async () => {
    const words = new Int32Array([7, 0]);
    const word = new FutexWord(words);
    assertEquals(word.waitWhile(6), 7);
    assertEquals(await word.waitWhileAsync(6), 7);
    for (const timeoutMs of [-1, 0, 0.5, 5]) {
      assertEquals(word.waitWhile(7, timeoutMs), 7);
      assertEquals(await word.waitWhileAsync(7, timeoutMs), 7);
    }
    // Nobody sleeps any more.
    assertEquals(words[1], 0);
  },
});

Deno.test({
  name: "FutexWord.waitWhile() throws RangeError on what is no number or time",
  ignore,
  fn: async () => {
    const words = new Int32Array(2);
    const word = new FutexWord(words);
    const isRangeError = (error: unknown): boolean =>
      error instanceof RangeError;
    for (const value of NOT_INT) {
      assertThrows(() => word.waitWhile(value), RangeError);
      assert(await word.waitWhileAsync(value).then(() => false, isRangeError));
    }
    assertThrows(() => word.waitWhile(0, NaN), RangeError);
    assert(await word.waitWhileAsync(0, NaN).then(() => false, isRangeError));
    assertEquals(words[1], 0);
  },
});

Deno.test({
  name: "FutexWord.store() wakes all who sleep, and calls nobody else",
  ignore,
  fn: async () => {
    const words = new Int32Array(new SharedArrayBuffer(16));
    const word = new FutexWord(words, 1);
    const start = performance.now();
    const sleepers = [1, 2, 3].map(() => word.waitWhileAsync(0, LIMIT_MS));
    assertEquals(words[2], 3);
    word.store(9);
    assertEquals(await Promise.all(sleepers), [9, 9, 9]);
    assertInTime(start);
    assertEquals(words[2], 0);
  },
});

Deno.test({
  name: "FutexWord.waitWhile() misses no change of a thread as fast as this",
  ignore,
  fn: async () => {
    const words = await withAnswers((question, answer) => {
      for (let round = 1; round <= 10_000; round++) {
        question.store(round);
        const start = performance.now();
        const answered = answer.waitWhile(round - 1, LIMIT_MS);
        if (answered !== round) throw new Error(`${answered} is not ${round}`);
        assertInTime(start);
      }
    });
    assertEquals([words[QUESTION + 1], words[ANSWER + 1]], [0, 0]);
  },
});

Deno.test({
  name: "FutexWord.waitWhile() sleeps until a thread slower than this is done",
  ignore,
  fn: async () => {
    const words = await withAnswers(async (question, answer) => {
      for (let round = 1; round <= 500; round++) {
        const start = performance.now();
        question.add(1);
        // The way there and back is long enough for the other to sleep.
        assertEquals(await answer.waitWhileAsync(round - 1, LIMIT_MS), round);
        assertInTime(start);
      }
    });
    assertEquals([words[QUESTION + 1], words[ANSWER + 1]], [0, 0]);
  },
});
