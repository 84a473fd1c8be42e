import { assertEquals } from "@std/assert";
import * as posix from "../../posix/mod.ts";
import { denoCommand } from "../_support/platform.ts";

const { FP_SPECIAL, filePermStr } = posix;

/** What ls(1) prints, made the long way: one bit at a time. */
function lettersOf(mode: number): string {
  let letters = "";
  for (let bit = 0o400; bit > 0; bit >>= 1) {
    letters += (mode & bit) === 0 ? "-" : "xwr"[Math.log2(bit) % 3];
  }
  const put = (at: number, special: string): void => {
    const letter = letters[at] === "x" ? special : special.toUpperCase();
    letters = letters.slice(0, at) + letter + letters.slice(at + 1);
  };
  if ((mode & 0o4000) !== 0) put(2, "s");
  if ((mode & 0o2000) !== 0) put(5, "s");
  if ((mode & 0o1000) !== 0) put(8, "t");
  return letters;
}

Deno.test("filePermStr() prints every mode as ls(1) does, with FP_SPECIAL", () => {
  for (let mode = 0; mode < 0o10000; mode++) {
    const octal = mode.toString(8).padStart(4, "0");
    assertEquals(
      filePermStr(mode, FP_SPECIAL),
      `[${octal}] ${lettersOf(mode)}`,
    );
    assertEquals(filePermStr(mode, 0).slice(7), lettersOf(mode & 0o777));
  }
});

Deno.test("statInfo() shows the number of a device, and of no other file", () => {
  const stat = {
    dev: 5n,
    ino: 2n ** 64n - 1n,
    nlink: 1,
    mode: posix.S_IFCHR | 0o666,
    uid: 0,
    gid: 0,
    rdev: 0x103n,
    size: 0,
    blksize: 4096,
    blocks: 0,
  };
  const line = "Device number (st_rdev):  major=1; minor=3\n";
  if (Deno.build.os === "linux") {
    assertEquals(posix.statInfo(stat).includes(line), true);
  }
  const file = posix.statInfo({ ...stat, mode: posix.S_IFREG });
  assertEquals(file.includes("st_rdev"), false);
  assertEquals(file.includes("18446744073709551615\n"), true);
});

Deno.test("displayStatInfo() prints what statInfo() returns", async () => {
  const script = `
    import * as posix from ${
    JSON.stringify(new URL("../../posix/mod.ts", import.meta.url).href)
  };
    posix.displayStatInfo(posix.fstat(0));
    console.error(posix.statInfo(posix.fstat(0)).slice(0, -1));
  `;
  const { stdout, stderr } = await run(script);
  assertEquals(stdout.startsWith("File type:                "), true);
  assertEquals(stdout, stderr);
});

async function run(
  script: string,
): Promise<{ stdout: string; stderr: string }> {
  const [program, ...args] = denoCommand;
  const { stdout, stderr } = await new Deno.Command(program, {
    args: [...args, "eval", "--quiet", "--no-check", script],
    stdin: "null",
    signal: AbortSignal.timeout(60_000),
  }).output();
  const decoder = new TextDecoder();
  return { stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
