/**
 * Importing does nothing, and the first call needs `--allow-ffi` alone.
 *
 * @module
 */

import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { errno, libc, linuxLibc } from "../../ffi/libc.ts";
import { platform } from "../../ffi/platform.ts";
import { runScript } from "../_support/script.ts";

const ROOT = new URL("../../", import.meta.url);

for (const [name, path] of Object.entries(config.exports)) {
  const specifier = name.replace(".", config.name);
  Deno.test(`Importing ${specifier} needs no permission and opens no library`, async () => {
    const output = await runScript(`
      let opened = 0;
      Deno.dlopen = () => void opened++;
      await import(${JSON.stringify(new URL(path, ROOT).href)});
      console.log(opened, "opened");
    `);
    assertEquals(output, "0 opened\n");
  });
}

const CALL_TWICE = `
  import { errno, libc } from ${JSON.stringify(new URL("ffi/libc.ts", ROOT))};
  for (let i = 0; i < 2; i++) {
    try {
      console.log(libc().close(-1), errno());
    } catch (error) {
      console.log(error.name + ": " + error.message);
    }
  }
`;

Deno.test("libc() without --allow-ffi throws Deno's own error, each time", async () => {
  assertMatch(
    await runScript(CALL_TWICE),
    /^(NotCapable: Requires ffi access to ".+", .+--allow-ffi.*\n){2}$/,
  );
});

Deno.test("libc() works with --allow-ffi alone", async () => {
  const options = ["--allow-ffi"];
  assertEquals(await runScript(CALL_TWICE, { options }), "-1 9\n-1 9\n");
});

/** Calls a function with a directory that has a copy of libc. */
async function withLibc(
  body: (cwd: string, file: string) => Promise<void>,
): Promise<void> {
  const cwd = await Deno.makeTempDir();
  try {
    const file = platform().libc;
    const maps = await Deno.readTextFile("/proc/self/maps");
    const loaded = maps.split(/\s/).find((path) => path.endsWith(`/${file}`));
    await Deno.copyFile(loaded!, `${cwd}/${file}`);
    await body(cwd, file);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

Deno.test("libc() is not half open after a refusal", {
  // musl is in the program's memory under the name of its loader.
  ignore: platform().os !== "linux" || Deno.build.target.includes("musl"),
}, async () => {
  // A permission for one file opens it, found from the working directory, but
  // allows no pointers.
  await withLibc(async (cwd, file) => {
    const options = [`--allow-ffi=${cwd}/${file}`];
    assertMatch(
      await runScript(CALL_TWICE, { options, cwd }),
      /^(NotCapable: Requires ffi access, .+\n){2}$/,
    );
  });
});

Deno.test(
  "libc() throws Deno's own error where only the stubs are not allowed",
  {
    ignore: platform().os !== "linux" || Deno.build.target.includes("musl"),
  },
  async () => {
    await withLibc(async (cwd) => {
      const options = ["--allow-ffi", "--deny-ffi=/proc"];
      assertMatch(
        await runScript(CALL_TWICE, { options, cwd }),
        /^(NotCapable: Requires ffi access to "\/proc\/.+\n){2}$/,
      );
    });
  },
);

Deno.test("libc() and linuxLibc() are opened once", {
  ignore: platform().os !== "linux",
}, () => {
  assertStrictEquals(libc(), libc());
  assertStrictEquals(linuxLibc(), linuxLibc());
});

Deno.test("errno() is what the last failed call left", () => {
  assertEquals(libc().close(-1), -1);
  assertEquals(errno(), 9);
});
