import { assert, assertEquals, assertRejects } from "@std/assert";
import { PAGES_USAGE, pagesCommand } from "../../cli/pages_command.ts";
import { UsageError } from "../../cli/usage_error.ts";
import { getpagesize } from "../../posix/mod.ts";
import { assertNoFdLeak } from "../_support/leaks.ts";
import { denoCommand, isQemu } from "../_support/platform.ts";
import { withPrinted } from "./with_printed.ts";

const PS = getpagesize();
const ignore = Deno.build.os !== "linux" || isQemu;

/** Runs the command, which must succeed, and returns what it prints. */
async function pages(...args: string[]): Promise<string> {
  let status;
  const text = await withPrinted(async () => {
    status = await pagesCommand(args);
  });
  assertEquals(status, 0);
  return text;
}

interface Shown {
  path: string;
  size: number;
  pages: number;
  resident: number;
}

async function shown(...args: string[]): Promise<Shown[]> {
  return JSON.parse(await pages("--json", ...args));
}

/** Runs `body` with a file of 100 pages, all of them in memory. */
async function withPages(body: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, new Uint8Array(100 * PS));
    await body(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test({
  name: "hostkit pages --touch and --evict bring pages in and let them go",
  ignore,
  fn: () =>
    withPages(async (path) => {
      const file = { path, size: 100 * PS, pages: 100, pageSize: PS };
      assertEquals(await shown(path), [{ ...file, resident: 100 }]);
      const [{ resident }] = await shown("--evict", path) as [Shown];
      // A file system in memory has nowhere to put them.
      assert(resident === 0 || resident === 100);
      assertEquals(await shown("--touch", path), [{ ...file, resident: 100 }]);
    }),
});

Deno.test({
  name: "hostkit pages draws a bar for each file",
  ignore,
  fn: () =>
    withPages(async (path) => {
      const size = (100 * PS / 2 ** 20).toFixed(1);
      const line = `[${"█".repeat(60)}] 100%  ${size}/${size} MiB  ${path}\n`;
      assertEquals(await pages(path, path), line + line);
    }),
});

Deno.test({
  name: "hostkit pages marks the part of a file that is there",
  ignore,
  fn: async () => {
    const path = await Deno.makeTempFile();
    {
      using file = await Deno.open(path, { write: true });
      await file.truncate(120 * PS);
      await file.seek(60 * PS, Deno.SeekMode.Start);
      await file.write(new Uint8Array(PS));
    }
    const bar = /^\[(.*)\]/.exec(await pages(path))![1]!;
    assertEquals(bar.length, 60);
    assertEquals(bar.trim(), "▒");
    assertEquals(bar.indexOf("▒"), 30);
    await Deno.remove(path);
  },
});

Deno.test({
  name: "hostkit pages shows an empty file, and fails on what is no file",
  ignore,
  fn: async () => {
    const path = await Deno.makeTempFile();
    assertEquals(await pages(path), `[] 100%  0.0/0.0 MiB  ${path}\n`);
    await Deno.remove(path);
    await assertNoFdLeak(async () => {
      await assertRejects(() => pagesCommand([path]), Error, "ENOENT");
      await assertRejects(() => pagesCommand(["/tmp"]), Error, "/tmp is not");
    });
  },
});

Deno.test({
  name: "hostkit pages --lock keeps pages until SIGTERM",
  ignore,
  fn: () =>
    withPages(async (path) => {
      const [program, ...args] = denoCommand;
      const { href } = new URL("../../cli/pages_command.ts", import.meta.url);
      const script = `import { pagesCommand } from ${JSON.stringify(href)};
        Deno.exit(await pagesCommand(["--lock", Deno.args[0]]));`;
      await using child = new Deno.Command(program, {
        args: [...args, "eval", "--no-check", script, path],
        stdout: "piped",
        signal: AbortSignal.timeout(60_000),
      }).spawn();
      const reader = child.stdout.getReader();
      assert((await reader.read()).value!.length > 0);
      const status = await Deno.readTextFile(`/proc/${child.pid}/status`);
      const [, locked] = /^VmLck:\s*(\d+) kB$/m.exec(status)!;
      assertEquals(Number(locked) * 1024, 100 * PS);
      child.kill("SIGTERM");
      assertEquals((await child.status).code, 0);
      await reader.cancel();
    }),
});

Deno.test("hostkit pages --help prints how it is called", async () => {
  assertEquals(await pages("--help"), PAGES_USAGE);
});

Deno.test("hostkit pages throws UsageError on no file and two actions", async () => {
  await assertRejects(() => pagesCommand([]), UsageError);
  const two = ["--touch", "--lock", "x"];
  await assertRejects(
    () => pagesCommand(two),
    UsageError,
    "--touch and --lock",
  );
});
