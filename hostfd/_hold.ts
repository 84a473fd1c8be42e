let _held: unknown;

/**
 * Calls `call` and keeps `memory` alive meanwhile: an address passed to the
 * kernel does not stop the garbage collector from freeing the memory.
 */
export function holding<T>(memory: unknown, call: () => T): T {
  _held = memory;
  try {
    return call();
  } finally {
    _held = undefined;
  }
}
