import { assert, assertEquals } from "@std/assert";
import { STAT_DARWIN } from "../../ffi/abi_darwin.ts";
import { STAT_AARCH64, STAT_X86_64, TIMESPEC } from "../../ffi/abi_linux.ts";
import { cString } from "../../ffi/c_string.ts";
import { libc } from "../../ffi/libc.ts";
import * as posix from "../../posix/mod.ts";
import { decodeStat } from "../../posix/stat.ts";
import { hasProgram } from "../_support/platform.ts";

/** What stat(1) prints: the fields in the order of `Stat`. */
const FORMAT = "%d %i %h %f %u %g %r %s %o %b %.9X %.9Y %.9Z";

async function run(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    env: { LC_ALL: "C" },
    signal: AbortSignal.timeout(20_000),
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

function statOf(path: string): posix.Stat {
  const fd = libc().open(cString(path), posix.O_RDONLY, 0);
  assert(fd >= 0);
  try {
    return posix.fstat(fd);
  } finally {
    posix.close(fd);
  }
}

/** Nanoseconds since 1970, of `Stat` and of stat(1)'s decimal seconds. */
function toNs(time: posix.Timespec | string): bigint {
  return typeof time === "string"
    ? BigInt(time.replace(".", ""))
    : time.sec * 1_000_000_000n + BigInt(time.nsec);
}

async function assertLikeProgram(path: string): Promise<posix.Stat> {
  const text = await run("stat", "-L", "-c", FORMAT, path);
  const words = text.trim().split(" ");
  const stat = statOf(path);
  const { atim, mtim, ctim, size64, blocks64, ...fields } = stat;
  assertEquals([size64, blocks64], [BigInt(stat.size), BigInt(stat.blocks)]);
  assertEquals(
    [...Object.values(fields).map(String), toNs(atim), toNs(mtim), toNs(ctim)],
    words.map((word, i) =>
      i >= 10 ? toNs(word) : i === 3 ? String(parseInt(word, 16)) : word
    ),
    path,
  );
  return stat;
}

const ignore = !hasProgram("stat") || !hasProgram("touch") ||
  Deno.build.os !== "linux";

Deno.test({
  name: "fstat() returns what stat(1) prints, all 13 fields",
  ignore,
  fn: async () => {
    const directory = await Deno.makeTempDir();
    const file = `${directory}/file`;
    await Deno.writeTextFile(file, "hello", { mode: 0o600 });
    await Deno.chmod(file, 0o4751);
    await Deno.link(file, `${file} again`);
    try {
      await assertLikeProgram(file);
      await assertLikeProgram(directory);
      await assertLikeProgram("/dev/null");
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});

for (
  const date of ["1969-12-31 23:59:58.25", "1901-12-14 00:00:00.000000001"]
) {
  Deno.test({
    name: `fstat() returns a date before 1970: ${date}`,
    ignore,
    fn: async () => {
      const file = await Deno.makeTempFile();
      try {
        await run("touch", "-d", `${date} UTC`, file);
        const { mtim } = await assertLikeProgram(file);
        const [whole, fraction] = date.split(".");
        const seconds = Date.parse(`${whole!.replace(" ", "T")}Z`) / 1000;
        assertEquals(mtim, {
          sec: BigInt(seconds),
          nsec: Number(fraction!.padEnd(9, "0")),
        });
      } finally {
        await Deno.remove(file);
      }
    },
  });
}

Deno.test({
  name: "fstat() returns sizes beyond 4 GiB, and the room they take",
  ignore,
  fn: async () => {
    const file = await Deno.makeTempFile();
    try {
      await Deno.truncate(file, 2 ** 33 + 1);
      const { size, blocks } = await assertLikeProgram(file);
      assertEquals([size, blocks], [2 ** 33 + 1, 0]);
    } finally {
      await Deno.remove(file);
    }
  },
});

Deno.test("fstat() returns the device of a device file", () => {
  const { mode, rdev } = statOf("/dev/null");
  assertEquals(posix.S_ISCHR(mode), true);
  if (Deno.build.os === "linux") {
    assertEquals([posix.major(rdev), posix.minor(rdev)], [1, 3]);
  }
});

Deno.test("fstat() returns objects that a later call does not change", () => {
  const before = statOf("/");
  const copy = structuredClone(before);
  statOf("/dev/null");
  assertEquals(before, copy);
});

for (
  const [name, layout] of Object.entries({
    "Linux x86_64": STAT_X86_64,
    "Linux aarch64": STAT_AARCH64,
    "macOS": STAT_DARWIN,
  })
) {
  const darwin = layout === STAT_DARWIN;
  Deno.test(`decodeStat() finds every field of ${name}, at its width`, () => {
    const view = new DataView(new ArrayBuffer(layout.size));
    const at = layout.offset;
    const dev = darwin ? 0xfedcba98n : 0xfedcba9876543210n;
    if (darwin) {
      view.setUint32(at.st_dev, Number(dev), true);
      view.setUint32(at.st_rdev, 0x01000003, true);
      view.setUint16(at.st_mode, 0o100644, true);
      view.setUint16(at.st_nlink, 65535, true);
    } else {
      view.setBigUint64(at.st_dev, dev, true);
      view.setBigUint64(at.st_rdev, 0x01000003n, true);
      view.setUint32(at.st_mode, 0o100644, true);
      view.setUint32(at.st_nlink, 4294967295, true);
    }
    view.setBigUint64(at.st_ino, 2n ** 64n - 2n, true);
    view.setUint32(at.st_uid, 4294967294, true);
    view.setUint32(at.st_gid, 4294967293, true);
    view.setBigInt64(at.st_size, 2n ** 62n + 1n, true);
    view.setInt32(at.st_blksize, 65536, true);
    view.setBigInt64(at.st_blocks, 2n ** 54n + 1n, true);
    const times = [at.st_atim, at.st_mtim, at.st_ctim];
    for (const [i, offset] of times.entries()) {
      const { tv_sec, tv_nsec } = TIMESPEC.offset;
      view.setBigInt64(offset + tv_sec, -(2n ** 40n) + BigInt(i), true);
      view.setBigInt64(offset + tv_nsec, 999999999n, true);
    }
    assertEquals(decodeStat(view, layout), {
      dev,
      ino: 2n ** 64n - 2n,
      nlink: darwin ? 65535 : 4294967295,
      mode: 0o100644,
      uid: 4294967294,
      gid: 4294967293,
      rdev: 0x01000003n,
      size: 2 ** 62,
      size64: 2n ** 62n + 1n,
      blksize: 65536,
      blocks: 2 ** 54,
      blocks64: 2n ** 54n + 1n,
      atim: { sec: -(2n ** 40n), nsec: 999999999 },
      mtim: { sec: -(2n ** 40n) + 1n, nsec: 999999999 },
      ctim: { sec: -(2n ** 40n) + 2n, nsec: 999999999 },
    });
  });
}

Deno.test("STAT_DARWIN is the struct of sys/stat.h: 144 bytes", () => {
  assertEquals(STAT_DARWIN.size, 144);
  const { st_ino, st_rdev, st_atim, st_size, st_blocks, st_blksize } =
    STAT_DARWIN.offset;
  assertEquals(
    [st_ino, st_rdev, st_atim, st_size, st_blocks, st_blksize],
    [8, 24, 32, 96, 104, 112],
  );
});

Deno.test({
  name: "major() and minor() split a device as Linux does, all 64 bits",
  ignore: Deno.build.os !== "linux",
  fn() {
    const dev = 0x12345fff_678bcdefn;
    assertEquals(posix.major(dev), 0x12345bcd);
    assertEquals(posix.minor(dev), 0xfff678ef);
  },
});
