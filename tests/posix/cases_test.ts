import { assert, assertEquals } from "@std/assert";
import * as posix from "../../posix/mod.ts";
import { POSIX_OPERATIONS, runSteps } from "./case_steps.ts";
import { type Case, CASES, HERE, isForHere } from "./case_table.ts";
import { type Constants, constantsOf } from "./platforms.ts";

/** What this platform's C library says, where the table repeats the seed. */
const CORRECTIONS: Readonly<Record<string, Case["expect"]>> = {
  // <errno.h> has it since Linux 2.6.32.
  "posix.errno.unknown.133": {
    name: "EHWPOISON",
    string: "Memory page has hardware error",
  },
  // <sys/mount.h> has MS_LAZYTIME in it since Linux 4.0.
  "posix.const.MS_RMT_MASK": { value: 0x2800051 },
};

/** Every platform of the table, with the constants it has. */
const platforms = new Map<string, Constants>();

async function askPlatforms(): Promise<void> {
  for (const os of ["linux", "darwin"]) {
    for (const [cpu, arch] of [["amd64", "x86_64"], ["arm64", "aarch64"]]) {
      platforms.set(`${os}/${cpu}`, await constantsOf(os, arch!));
    }
  }
}

/** How to run a case of each group, and which cases wait for another folder. */
const GROUPS: Readonly<
  Record<string, {
    run: (test: Case, expect: NonNullable<Case["expect"]>) => void;
    prepare?: () => Promise<void>;
    waits?: (test: Case) => boolean;
  }>
> = {
  const: {
    prepare: askPlatforms,
    run({ id }, { value, by_platform }) {
      const name = id.split(".").at(-1)!;
      const expected = (by_platform ??
        { "linux/amd64": value, "linux/arm64": value }) as Record<
          string,
          number | null
        >;
      for (const [platform, number] of Object.entries(expected)) {
        assertEquals(
          platforms.get(platform)![name],
          number ?? -1,
          platform,
        );
      }
    },
  },
  errno: {
    run({ args }, { name, string, numbers }) {
      const [n] = args as number[];
      const number = (numbers as Record<string, number>)?.[HERE] ?? n!;
      assertEquals(posix.errnoName(number), name);
      // macOS has words of its own for some.
      if (Deno.build.os === "linux") {
        assertEquals(posix.errnoString(number), string);
      }
      assertEquals(posix.errnoHelp(number) === "", name === "");
    },
  },
  perm: {
    run({ args }, { string }) {
      const [mode, flags] = args as number[];
      assertEquals(posix.filePermStr(mode!, flags!), string);
    },
  },
  display: {
    run({ args }, { stdout }) {
      const { dev, ino, rdev, ...others } = args as Record<string, number>;
      const fields = others as Record<
        "nlink" | "mode" | "uid" | "gid" | "size" | "blksize" | "blocks",
        number
      >;
      const info = posix.statInfo({
        ...fields,
        dev: BigInt(dev!),
        ino: BigInt(ino!),
        rdev: BigInt(rdev!),
      });
      assertEquals(info, stdout);
    },
  },
  mode: {
    run({ args }, expect) {
      const [mode] = args as number[];
      const seen = Object.fromEntries(
        Object.keys(expect).map((name) => [
          name,
          posix[name as "S_ISREG"](mode!),
        ]),
      );
      assertEquals(seen, expect);
    },
  },
  steps: {
    run: (test) => runSteps(test, POSIX_OPERATIONS),
    waits: ({ steps = [] }) => !steps.every(({ op }) => op in POSIX_OPERATIONS),
  },
};

Deno.test("mmap-posix-cases.json holds groups that this test knows", () => {
  const groups = new Set(CASES.map(({ group }) => group));
  assertEquals([...groups].filter((group) => !(group in GROUPS)), []);
});

for (const [group, { run, prepare, waits }] of Object.entries(GROUPS)) {
  const cases = CASES.filter((test) => test.group === group);
  Deno.test({
    name: `mmap-posix-cases.json holds for posix, group ${group}`,
    ignore: cases.length === 0,
    fn: async () => {
      await prepare?.();
      const ready = cases.filter((test) => !waits?.(test));
      // Constants and numbers are right for every platform at once.
      const here = group === "const" || group === "errno"
        ? ready
        : ready.filter(isForHere);
      const failures: string[] = [];
      for (const test of here) {
        try {
          run(test, CORRECTIONS[test.id] ?? test.expect ?? {});
        } catch (error) {
          failures.push(`${test.id}: ${(error as Error).message}`);
        }
      }
      // deno-lint-ignore no-console -- the count is a result
      console.log(
        `${group}: ${here.length - failures.length} cases passed, ` +
          `${failures.length} failed, ` +
          `${ready.length - here.length} are for another platform, ` +
          `${cases.length - ready.length} use MMap: see tests/mmap`,
      );
      assert(failures.length === 0, failures.join("\n"));
      assert(here.length > 0, "no case ran");
    },
  });
}
