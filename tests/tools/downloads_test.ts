import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "node:path";
import { ROOT } from "../../tools/command.ts";
import { filesUnder } from "../../tools/test_files.ts";
import { canMount, isQemu } from "../_support/platform.ts";

const TIMEOUT_MS = 60_000;

/** The tasks start Deno by its path, which takes a kernel that can run it. */
const ignore = isQemu;

/** A registry at which nobody listens, so that a download fails. */
const NOWHERE = "http://127.0.0.1:9/";

interface Output {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs Deno in a directory, with an empty cache and no registry. */
async function offline(
  cwd: string | URL,
  args: string[],
  env: Record<string, string> = {},
): Promise<Output> {
  const cache = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args,
      cwd,
      env: {
        DENO_DIR: cache,
        NPM_CONFIG_REGISTRY: NOWHERE,
        JSR_URL: NOWHERE,
        http_proxy: NOWHERE,
        https_proxy: NOWHERE,
        no_proxy: "127.0.0.1",
        NO_COLOR: "1",
        ...env,
      },
      stdin: "null",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).output();
    const decoder = new TextDecoder();
    return {
      code,
      stdout: decoder.decode(stdout),
      stderr: decoder.decode(stderr),
    };
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

/** Makes a copy of the tree for a registry. */
async function release(registry: string, use: (dir: string) => Promise<void>) {
  const parent = await Deno.makeTempDir();
  const dir = `${parent}/release`;
  try {
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "tools/release.ts", registry, dir],
      cwd: ROOT,
      stdin: "null",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).output();
    assertEquals(success, true);
    await use(dir);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

Deno.test("deno task demo downloads nothing", {
  ignore: !canMount,
}, async () => {
  const { code, stderr } = await offline(ROOT, ["task", "demo"]);
  assertEquals(code, 0);
  assertEquals(stderr.includes("Download"), false, stderr);
});

Deno.test("deno task hostkit downloads a parser for what it parses", {
  ignore,
}, async () => {
  const { version } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  const shown = await offline(ROOT, ["task", "--quiet", "hostkit", "version"]);
  assertEquals(shown, { code: 0, stdout: `${version}\n`, stderr: "" });
  const parsed = await offline(ROOT, ["task", "hostkit", "errno", "2"]);
  assertEquals(parsed.code, 1);
  const downloads = parsed.stderr.match(/(?<=^Download ).*$/gm);
  assertEquals(downloads, [`${NOWHERE}deno-std`]);
});

Deno.test("the copy for npm parses with what is inside", {
  ignore,
}, async () => {
  await release("npm", async (dir) => {
    const args = ["run", "--allow-all", "cli/mod.ts", "errno", "--json", "2"];
    const { code, stdout, stderr } = await offline(dir, args);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(JSON.parse(stdout).name, "ENOENT");
  });
});

/** Returns the lines of code below a directory, each with its file. */
function* linesBelow(dir: string): Generator<[file: string, line: string]> {
  for (const { pathname } of filesUnder(new URL(`file://${dir}/`))) {
    if (!pathname.endsWith(".ts")) continue;
    for (const line of Deno.readTextFileSync(pathname).split("\n")) {
      if (!/^ *\*/.test(line)) yield [pathname, line];
    }
  }
}

Deno.test("the copy for npm exports what it loads by URL, so that it is packed", async () => {
  await release("npm", (dir) => {
    const { exports } = JSON.parse(Deno.readTextFileSync(`${dir}/deno.json`));
    const packed = new Set(Object.values(exports));
    const loaded: string[] = [];
    for (const [file, line] of linesBelow(dir)) {
      // `deno pack` leaves deno.json out.
      assertEquals(line.includes("deno.json"), false, file);
      const [, path] = /import\.meta\.resolve\("(\..*)"\)/.exec(line) ?? [];
      if (path === undefined) continue;
      loaded.push(`.${join(dirname(file), path).slice(dir.length)}`);
    }
    assert(loaded.length > 0);
    assertEquals(loaded.filter((path) => !packed.has(path)), []);
    return Promise.resolve();
  });
});

Deno.test("the copy for JSR imports from that registry and no other", {
  ignore,
}, async () => {
  const asked: string[] = [];
  await using jsr = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ url }) => {
      asked.push(new URL(url).pathname);
      return new Response(null, { status: 404 });
    },
  );
  await release("jsr", async (dir) => {
    const args = ["publish", "--dry-run", "--no-check", "--allow-dirty"];
    const { code, stderr } = await offline(dir, args, {
      JSR_URL: `http://127.0.0.1:${jsr.addr.port}/`,
    });
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "Dry run complete");
    assertEquals(stderr.includes("tests/"), false);
    assertEquals(asked, ["/@std/cli/meta.json"]);
  });
});
