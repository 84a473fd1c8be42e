import { setNumber64 } from "./u64.ts";

/** The longest cache time that is written, in milliseconds: 68 years. */
const FOREVER_MS = 2 ** 31 * 1000;

/** Writes a cache time in milliseconds as seconds and nanoseconds. */
export function setValidity(
  view: DataView,
  seconds: number,
  nanoseconds: number,
  validMs: number,
): void {
  const ms = validMs > 0 ? Math.min(validMs, FOREVER_MS) : 0;
  const whole = Math.floor(ms / 1000);
  setNumber64(view, seconds, whole);
  view.setUint32(nanoseconds, (ms - whole * 1000) * 1_000_000, true);
}
