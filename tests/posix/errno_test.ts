import { assert, assertEquals } from "@std/assert";
import { ERRNO_DARWIN } from "../../ffi/errno_darwin.ts";
import { ERRNO_LINUX } from "../../ffi/errno_linux.ts";
import { errnoHelp, errnoName, errnoString } from "../../posix/mod.ts";
import { ERRNO_HELP } from "../../posix/_errno_help.ts";

Deno.test("errnoHelp() has a paragraph for every error number of both platforms", () => {
  const names = [...ERRNO_LINUX, ...ERRNO_DARWIN].map(([, name]) => name);
  assertEquals(names.filter((name) => !ERRNO_HELP[name]), []);
  const unknown = Object.keys(ERRNO_HELP).filter((name) =>
    !names.includes(name)
  );
  assertEquals(unknown, []);
});

Deno.test("errnoHelp() is made of sentences, in lines of at most 78 characters", () => {
  for (let n = 1; n < 256; n++) {
    const help = errnoHelp(n);
    assertEquals(help === "", errnoName(n) === "", `${n}`);
    if (help === "") continue;
    assert(/^[A-Z]/.test(help) && help.endsWith("."), help);
    assert(!/ {2}| \n|\n |\n$/.test(help), help);
    assert(help.split("\n").every((line) => line.length <= 78), help);
    assert(!help.includes(errnoString(n)), `${n} only repeats its name`);
  }
});

Deno.test("errnoHelp() says something of its own for each number", () => {
  const texts = Object.values(ERRNO_HELP);
  assertEquals(new Set(texts).size, texts.length);
});

Deno.test("errnoName(), errnoString() and errnoHelp() are empty on what is no number", () => {
  for (const n of [0, -1, -2, 41, 58, 4096, 0.5, NaN, Infinity, 2 ** 53]) {
    if (Deno.build.os === "darwin" && (n === 41 || n === 58)) continue;
    assertEquals([errnoName(n), errnoString(n), errnoHelp(n)], ["", "", ""]);
  }
});
