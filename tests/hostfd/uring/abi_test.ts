import { assert, assertEquals } from "@std/assert";
import * as uring from "../../../hostfd/uring/mod.ts";
import * as abi from "../../../hostfd/uring/_abi.ts";
import { STATX_BASIC_STATS } from "../../../hostfd/uring/_statx.ts";
import { compareWithCompiler } from "../../_support/c_layout.ts";
import { evaluate } from "../../_support/c_compiler.ts";
import { hasCompiler } from "../../_support/platform.ts";

const ignore = !hasCompiler || Deno.build.os !== "linux";

Deno.test({
  name: "_abi.ts has the structs of linux/io_uring.h",
  ignore,
  fn() {
    const structs = Object.values(abi);
    const { compared, mismatches, unknown } = compareWithCompiler(structs);
    assertEquals([mismatches, unknown], [[], []]);
    assert(compared > 50);
  },
});

for (
  const [prefix, header] of [
    [/^IO(RING|SQE)_/, "linux/io_uring.h"],
    [/^AT_/, "fcntl.h"],
  ] as const
) {
  Deno.test({
    name: `The constants ${prefix.source} are those of ${header}`,
    ignore,
    fn() {
      const constants = Object.entries(uring).filter(([name]) =>
        prefix.test(name)
      );
      assert(constants.length > 2);
      const values = evaluate(header, constants.map(([name]) => name));
      assertEquals(constants.map(([, value]) => value), values);
    },
  });
}

Deno.test({
  name: "What a ring needs beside its exports is in linux/io_uring.h",
  ignore,
  fn() {
    const names = [
      "IORING_OP_LAST",
      "IORING_SETUP_CQSIZE",
      "IORING_FEAT_RW_CUR_POS",
      "IORING_OFF_SQ_RING",
      "IORING_OFF_SQES",
      "IORING_ENTER_GETEVENTS",
      "IORING_SQ_CQ_OVERFLOW",
      "IORING_SQ_TASKRUN",
      "IORING_CQ_EVENTFD_DISABLED",
      "IORING_REGISTER_EVENTFD",
      "IORING_UNREGISTER_FILES",
      "IORING_ASYNC_CANCEL_FD_FIXED",
      "IOSQE_CQE_SKIP_SUCCESS",
    ];
    const values = evaluate("linux/io_uring.h", names);
    assertEquals(values, [
      uring.IORING_OP_SENDMSG_ZC + 1,
      0x8,
      0x8,
      0,
      0x10000000,
      0x1,
      0x2,
      0x4,
      0x1,
      4,
      3,
      0x8,
      0x40,
    ]);
    const [basic] = evaluate("sys/stat.h", ["STATX_BASIC_STATS"]);
    assertEquals(STATX_BASIC_STATS, basic);
  },
});
