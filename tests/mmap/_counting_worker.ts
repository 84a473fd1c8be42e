/**
 * A thread that adds to a shared counter, then waits to be told to end.
 *
 * @module
 */

interface Scope {
  onmessage: (event: MessageEvent<SharedArrayBuffer>) => void;
  postMessage(message: unknown): void;
}

const scope = globalThis as unknown as Scope;

scope.onmessage = ({ data }) => {
  const words = new Int32Array(data);
  for (let i = 0; i < 1000; i++) Atomics.add(words, 0, 1);
  Atomics.add(words, 1, 1);
  scope.postMessage(Atomics.wait(words, 2, 0, 30_000));
};
