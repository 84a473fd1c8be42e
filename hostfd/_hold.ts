let _held: unknown;

/**
 * Calls `call` while the garbage collector leaves some memory alone: what the
 * kernel knows by its address, which keeps nothing alive.
 */
export function holding<T>(memory: unknown, call: () => T): T {
  _held = memory;
  try {
    return call();
  } finally {
    _held = undefined;
  }
}
