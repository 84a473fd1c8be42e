import { assertEquals, assertThrows } from "@std/assert";
import { AccessType } from "../../usermem/mod.ts";

Deno.test("AccessType cannot be changed", () => {
  const type = AccessType.READ as { write: boolean };
  assertThrows(() => type.write = true, TypeError);
  assertEquals(`${AccessType.READ}`, "r--");
});
