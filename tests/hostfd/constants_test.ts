import { assert, assertEquals } from "@std/assert";
import * as hostfd from "../../hostfd/mod.ts";
import { evaluate } from "../_support/c_compiler.ts";
import { hasCompiler } from "../_support/platform.ts";

/** The header that defines each family of constants. */
const HEADERS: readonly (readonly [prefix: RegExp, header: string])[] = [
  [/^RWF_/, "linux/fs.h"],
  [/^POLL/, "poll.h"],
  [/^AF_/, "sys/socket.h"],
  [/^SOCK_/, "sys/socket.h"],
  [/^MSG_/, "sys/socket.h"],
  [/^SPLICE_F_/, "fcntl.h"],
  [/^EFD_/, "sys/eventfd.h"],
];

/** Flags that the oldest headers of a supported system lack. */
const NEW = new Set(["RWF_NOAPPEND", "RWF_ATOMIC", "RWF_DONTCACHE"]);

for (const [prefix, header] of HEADERS) {
  Deno.test({
    name: `The constants ${prefix.source.slice(1)}* are those of ${header}`,
    ignore: !hasCompiler || Deno.build.os !== "linux",
    fn() {
      const constants = Object.entries(hostfd).filter(([name, value]) =>
        prefix.test(name) && typeof value === "number"
      );
      assert(constants.length > 0);
      const values = evaluate(header, constants.map(([name]) => name));
      for (const [i, [name, value]] of constants.entries()) {
        if (values[i] === undefined && NEW.has(name)) continue;
        assertEquals(value, values[i], name);
      }
    },
  });
}

Deno.test({
  name: "The most Blocks of a transfer are UIO_MAXIOV",
  ignore: !hasCompiler || Deno.build.os !== "linux",
  fn() {
    const [max] = evaluate("linux/uio.h", ["UIO_MAXIOV"]);
    assertEquals(hostfd.MAX_READ_WRITE_IOV, max);
    assertEquals(hostfd.MAX_SEND_RECV_MSG_IOV, max);
  },
});
