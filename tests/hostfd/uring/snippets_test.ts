/**
 * The documentation's examples with a ring, which `deno test --doc` leaves
 * alone: not every kernel has io_uring.
 *
 * @module
 */

import { assert } from "@std/assert";
import { hasRing } from "./_ring.ts";

const FOLDER = new URL("../../../hostfd/uring/", import.meta.url);

for (const { name } of Deno.readDirSync(FOLDER)) {
  const text = Deno.readTextFileSync(new URL(name, FOLDER));
  const snippets = text.matchAll(/^ \* ```ts ignore\n(.*?)^ \* ```$/gms);
  for (const [i, [, code]] of [...snippets].entries()) {
    Deno.test({
      name: `hostfd/uring/${name}: example ${i + 1} runs`,
      ignore: !hasRing,
      fn: async () => {
        // Inside the package, where its own name leads to it.
        const path = await Deno.makeTempFile({
          dir: new URL(".", import.meta.url).pathname,
          prefix: "snippet-",
          suffix: ".ts",
        });
        try {
          await Deno.writeTextFile(path, code!.replaceAll(/^ \* ?/gm, ""));
          await import(`file://${path}`);
        } finally {
          await Deno.remove(path);
        }
      },
    });
  }
}

Deno.test("hostfd/uring has examples", () => {
  const text = Deno.readTextFileSync(new URL("mod.ts", FOLDER));
  assert(text.includes("```ts ignore"));
});
