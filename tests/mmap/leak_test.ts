import { assert, assertEquals } from "@std/assert";
import { MMap } from "../../mmap/mod.ts";
import { assertNoFdLeak, mappingsOf } from "../_support/leaks.ts";
import { denoCommand, isQemu, rounds } from "../_support/platform.ts";
import { PS } from "./_files.ts";

const ROUNDS = rounds(10_000);

function countMappings(): number {
  return Deno.readTextFileSync("/proc/self/maps").split("\n").length;
}

Deno.test({
  name: `map and unmap leave nothing, ${ROUNDS} times`,
  ignore: Deno.build.os !== "linux",
  fn() {
    assertNoFdLeak(() => {
      const before = countMappings();
      for (let i = 0; i < ROUNDS; i++) {
        using m = MMap.anonymous(PS);
        m.bytes[0] = i;
      }
      // The heap of JavaScript comes and goes, but not by thousands.
      assert(countMappings() < before + ROUNDS / 10);
    });
  },
});

Deno.test({
  name: "map, cut, resize, hand over and unmap a file leave nothing",
  ignore: Deno.build.os !== "linux",
  fn() {
    assertNoFdLeak(() => {
      for (let i = 0; i < ROUNDS / 100; i++) {
        using m = MMap.memfd("leak_test", 3 * PS);
        m.resize(9 * PS);
        using taken = MMap.fromHandle(m.toHandle());
        taken.slice(PS, 2 * PS).unmap();
      }
      assertEquals(mappingsOf("/memfd:leak_test"), []);
    });
  },
});

Deno.test({
  name: "3000 dropped mappings are unmapped, and their files closed",
  ignore: Deno.build.os !== "linux" || isQemu,
  fn: async () => {
    const [program, ...args] = denoCommand;
    const script = new URL("_dropped.ts", import.meta.url).pathname;
    const { stdout, stderr } = await new Deno.Command(program, {
      args: [
        ...args,
        "run",
        "--no-check",
        "-A",
        "--v8-flags=--expose-gc",
        script,
      ],
      signal: AbortSignal.timeout(60_000),
    }).output();
    const text = new TextDecoder().decode(stdout);
    assert(text !== "", new TextDecoder().decode(stderr));
    const { before, after, kept } = JSON.parse(text);
    // The collector may have begun already.
    assert(before.mappings > 100, text);
    assertEquals([after, kept], [{ mappings: 1, fds: 1 }, 1]);
  },
});
