import { assert, assertEquals, assertMatch } from "@std/assert";
import { exampleCommand, outcomeOf, runExample } from "../_support/example.ts";
import { isQemu } from "../_support/platform.ts";

Deno.test({
  name: "examples/shared_counter.ts loses no count of four processes",
  // The emulator cannot start the program once more.
  ignore: Deno.build.os !== "linux" || isQemu,
  fn: async () => {
    const permissions = ["--allow-ffi", `--allow-run=${Deno.execPath()}`];
    const { code, out, err } = await outcomeOf(
      exampleCommand(["shared_counter", "20000"], {}, permissions),
    );
    assertEquals({ code, err }, { code: 0, err: "" });
    const [, careless] =
      /^4 processes counted to 20000\nAtomics.add\(\): 80000\n\+\+ +: (\d+)\n$/
        .exec(out) ?? [];
    assert(Number(careless) <= 80_000, out);
  },
});

Deno.test({
  name: "examples/shared_counter.ts says how it is called",
  // Each of these processes takes the emulator seconds.
  ignore: Deno.build.os !== "linux" || isQemu,
  fn: async () => {
    for (const times of ["x", "-1", "0.5", "536870912"]) {
      const { code, out, err } = await runExample("shared_counter", times);
      assertEquals({ code, out }, { code: 2, out: "" });
      assertMatch(err, /^Usage: shared_counter.ts \[TIMES\]\n$/);
    }
  },
});
