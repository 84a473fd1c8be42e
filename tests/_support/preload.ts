/**
 * What every test file needs first.
 *
 * @module
 */

import { libc, linuxLibc } from "../../ffi/libc.ts";
import { notePlaces } from "./places.ts";

// Opened here, libc is not blamed by the resource sanitizer on the first test
// that calls it.
libc();
if (Deno.build.os === "linux") linuxLibc();

// A documentation example asserts with what every runtime has, and here that
// must be able to fail.
// deno-lint-ignore no-console -- it is replaced, not used
console.assert = (condition, ...message): void => {
  if (!condition) throw new Error(`Assertion failed: ${message.join(" ")}`);
};

const places = Deno.env.get("HOSTKIT_TEST_PLACES");
if (places !== undefined) notePlaces(places);
