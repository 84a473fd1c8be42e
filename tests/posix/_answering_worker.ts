/**
 * A thread that answers each new number in word 0 by the same in word 16, until
 * it is -1.
 *
 * @module
 */

import { FutexWord } from "../../posix/mod.ts";

interface Scope {
  onmessage: (event: MessageEvent<SharedArrayBuffer>) => void;
  postMessage(message: unknown): void;
}

const scope = globalThis as unknown as Scope;

scope.onmessage = ({ data }) => {
  const words = new Int32Array(data);
  const question = new FutexWord(words, 0);
  const answer = new FutexWord(words, 16);
  scope.postMessage("ready");
  for (let seen = 0; seen !== -1;) {
    const next = question.waitWhile(seen, 20_000);
    if (next === seen) throw new Error("nobody asks");
    answer.store(seen = next);
  }
  scope.postMessage("done");
};
