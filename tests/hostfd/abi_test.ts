import { assertEquals } from "@std/assert";
import { CMSGHDR, MSGHDR } from "../../hostfd/_abi.ts";
import { compareWithCompiler } from "../_support/c_layout.ts";
import { hasCompiler } from "../_support/platform.ts";

Deno.test({
  name: "_abi.ts has the structs of sys/socket.h",
  ignore: !hasCompiler || Deno.build.os !== "linux",
  fn() {
    const { mismatches, unknown } = compareWithCompiler([MSGHDR, CMSGHDR]);
    assertEquals([mismatches, unknown], [[], []]);
  },
});
