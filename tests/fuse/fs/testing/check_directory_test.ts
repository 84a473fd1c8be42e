import { assertEquals, assertRejects } from "@std/assert";
import { isQemu } from "../../../_support/platform.ts";
import {
  checkDirectory,
  readDirectory,
} from "../../../../fuse/fs/testing/mod.ts";

const TEST = { ignore: isQemu };
const BYTES = new Uint8Array([0xff, 0, 0x41]);

async function withDirectory(
  body: (dir: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${dir}/sub`, { mode: 0o755 });
    await Deno.writeTextFile(`${dir}/text`, "hello\n");
    await Deno.writeFile(`${dir}/sub/bytes`, BYTES);
    await Deno.chmod(`${dir}/sub/bytes`, 0o640);
    await Deno.symlink("sub/bytes", `${dir}/link`);
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test(
  "readDirectory() tells type, mode, size and target of all",
  TEST,
  () =>
    withDirectory(async (dir) => {
      const seen = await readDirectory(dir, { contentOf: ["sub/bytes"] });
      assertEquals(Object.keys(seen), ["link", "sub", "sub/bytes", "text"]);
      const { "link": link, "sub": sub, "sub/bytes": bytes, text } = seen;
      assertEquals([link!.type, link!.target], ["symlink", "sub/bytes"]);
      assertEquals([sub!.type, sub!.mode], ["directory", 0o755]);
      assertEquals([bytes!.mode, bytes!.content], [0o640, BYTES]);
      assertEquals([text!.size, text!.content], [6, undefined]);
    }),
);

Deno.test(
  "checkDirectory() accepts what is as expected",
  TEST,
  () =>
    withDirectory((dir) =>
      checkDirectory(dir, {
        "text": "hello\n",
        "sub/bytes": BYTES,
        "link": { type: "symlink", target: "sub/bytes" },
      })
    ),
);

Deno.test(
  "checkDirectory() names everything that differs",
  TEST,
  () =>
    withDirectory(async (dir) => {
      const error = await assertRejects(() =>
        checkDirectory(dir, {
          "text": "other",
          "sub/bytes": { mode: 0o600, content: new Uint8Array() },
          "missing": {},
          "sub": { type: "file" },
        }), Error);
      assertEquals(error.message.split("\n").slice(1), [
        '  text: content is "hello\\n", not "other"',
        "  sub/bytes: mode is 0o640, not 0o600",
        '  sub/bytes: content is <ff0041>, not ""',
        "  missing: is not there",
        '  sub: type is "directory", not "file"',
        "  link: is not expected",
      ]);
    }),
);
