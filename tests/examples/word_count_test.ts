import { assertEquals } from "@std/assert";
import { runExample } from "../_support/example.ts";

/** Returns the numbers and the name of each line, as a shell would split it. */
function columns(text: string): string[][] {
  return text.trimEnd().split("\n").map((line) => line.trim().split(/ +/));
}

Deno.test({
  name: "examples/word_count.ts counts lines, words and bytes as wc does",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const dir = await Deno.makeTempDir();
    try {
      const texts = {
        empty: "",
        blank: " \n\t\v\f\r\n\n",
        plain: "one two\nthree  four\n",
        unended: "  no newline at the end",
        utf8: "für alle: ∑ ≠ 0\n",
      };
      const paths = Object.keys(texts).map((name) => `${dir}/${name}`);
      for (const [name, text] of Object.entries(texts)) {
        await Deno.writeTextFile(`${dir}/${name}`, text);
      }
      const { code, out, err } = await runExample("word_count", ...paths);
      assertEquals({ code, err }, { code: 0, err: "" });
      assertEquals(columns(out), [
        ["0", "0", "0", paths[0]],
        ["3", "0", "8", paths[1]],
        ["2", "4", "20", paths[2]],
        ["0", "5", "23", paths[3]],
        ["1", "5", "21", paths[4]],
        ["6", "14", "72", "total"],
      ]);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test({
  name: "examples/word_count.ts counts what it can, and says what it cannot",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    assertEquals(await runExample("word_count"), {
      code: 2,
      out: "",
      err: "Usage: word_count.ts FILE…\n",
    });
    const path = await Deno.makeTempFile();
    const { code, out, err } = await runExample("word_count", "/tmp/no", path);
    await Deno.remove(path);
    assertEquals(code, 1);
    assertEquals(columns(out).map((each) => each.at(-1)), [path, "total"]);
    assertEquals(
      err,
      'Cannot count: open "/tmp/no": ENOENT: No such file or directory\n',
    );
  },
});
