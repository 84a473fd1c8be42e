import { assertEquals, assertThrows } from "@std/assert";
import {
  checkInitOptions,
  type InitOptions,
} from "../../../fuse/message/init_options.ts";

/** The lowest and highest value of each number. */
const RANGES: [keyof InitOptions, low: number, high: number][] = [
  ["maxWrite", 4096, 1 << 28],
  ["maxPages", 1, 65535],
  ["maxReadahead", 0, 2 ** 32 - 1],
  ["maxBackground", 1, 65535],
  ["congestionThreshold", 1, 65535],
  ["timeGranNs", 1, 1_000_000_000],
  ["maxStackDepth", 1, 2],
  ["requestTimeoutS", 1, 65535],
];

for (const [name, low, high] of RANGES) {
  Deno.test(`checkInitOptions() takes ${name} from ${low} to ${high}`, () => {
    for (const value of [low, high, Math.floor((low + high) / 2)]) {
      checkInitOptions({ [name]: value });
    }
    for (const value of [low - 1, high + 1, NaN, 1.5, Infinity, "1", null]) {
      const { message } = assertThrows(
        // deno-lint-ignore no-explicit-any -- wrong on purpose
        () => checkInitOptions({ [name]: value } as any),
        RangeError,
      );
      assertEquals(message.includes(name), true, message);
    }
  });
}

// deno-lint-ignore no-explicit-any -- wrong on purpose
const CONTRADICTIONS: any[] = [
  { readdirplus: "sometimes" },
  { passthrough: true, writebackCache: true },
  { exportSupport: true, noExportSupport: true },
  { idmapped: true },
];

for (const options of CONTRADICTIONS) {
  Deno.test(`checkInitOptions() throws TypeError for ${Deno.inspect(options)}`, () => {
    assertThrows(() => checkInitOptions(options), TypeError, "Cannot mount");
  });
}

Deno.test("checkInitOptions() takes what does not contradict itself", () => {
  checkInitOptions({});
  checkInitOptions({ idmapped: true, defaultPermissions: true });
  checkInitOptions({ passthrough: true, writebackCache: false });
  checkInitOptions({ exportSupport: false, noExportSupport: true });
});
