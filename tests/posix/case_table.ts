/**
 * The cases of `tests/data/mmap-posix-cases.json`, or of any table of that
 * format put in its place.
 *
 * @module
 */

/** What a step should do; other members are compared with what it returned. */
interface Expectation {
  readonly ok?: boolean;
  readonly errno?: string;
  readonly or_errno?: readonly string[];
  readonly [seen: string]: unknown;
}

/** One step of a script; numbers may be text over `PS`, the page size. */
export interface Step {
  readonly op: string;
  readonly expect?: Expectation;
  readonly [argument: string]: unknown;
}

/** One case of the table. */
export interface Case {
  readonly id: string;
  readonly group: string;
  readonly platform?: string;
  readonly steps?: readonly Step[];
  readonly args?: unknown;
  readonly expect?: Readonly<Record<string, unknown>>;
}

const TABLE = new URL("../data/mmap-posix-cases.json", import.meta.url);
/** All its cases. */
export const CASES: readonly Case[] = JSON.parse(Deno.readTextFileSync(TABLE));

/** This platform, as the table spells it. */
export const HERE = `${Deno.build.os}/${
  Deno.build.arch === "x86_64" ? "amd64" : "arm64"
}`;

/** Whether a case is about this platform: `"linux>=5.18"`, `"linux/amd64"`. */
export function isForHere({ platform = "" }: Case): boolean {
  const [, os, arch, major, minor] =
    /^(linux|darwin)?(?:\/(\w+))?(?:>=(\d+)\.(\d+))?/.exec(platform)!;
  const [release = 0, patch = 0] = Deno.osRelease().split(".").map(Number);
  return (os === undefined || os === Deno.build.os) &&
    (arch === undefined || HERE.endsWith(arch)) &&
    (major === undefined || release > Number(major) ||
      release === Number(major) && patch >= Number(minor));
}
