/**
 * `hostkit shm`: lists, shows and removes shared memory objects.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a command prints

import { parseArgs } from "@std/cli/parse-args";
import {
  close,
  filePermStr,
  FP_SPECIAL,
  fstat,
  O_NONBLOCK,
  O_RDONLY,
  shmOpen,
  shmUnlink,
  type Stat,
  statInfo,
  type Timespec,
} from "../posix/mod.ts";

const HELP = `Lists, shows and removes POSIX shared memory objects.

Usage: hostkit shm ls [--json]          list the objects (Linux)
       hostkit shm stat [--json] NAME   show one
       hostkit shm rm NAME...           remove the names of some

Options:
  --json   print JSON
  --help   print this text`;

/** Where Linux keeps the objects. */
const DIRECTORY = "/dev/shm";

class UsageError extends Error {}

/** Runs `hostkit shm` and returns its exit code. */
export function shmCommand(args: string[]): number {
  try {
    run(args);
    return 0;
  } catch (error) {
    console.error(`hostkit shm: ${(error as Error).message}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function run(args: string[]): void {
  const options = parseArgs(args, {
    boolean: ["help", "json"],
    string: ["_"],
    unknown: (arg: string, key?: string) => {
      if (key !== undefined) throw new UsageError(`unexpected ${arg}`);
    },
  });
  const [verb, ...names]: string[] = options._;
  if (options.help) console.log(HELP);
  else if (verb === "ls" && names.length === 0) list(options.json);
  else if (verb === "stat" && names.length === 1) show(names[0]!, options.json);
  else if (verb === "rm" && names.length > 0) names.forEach(shmUnlink);
  else throw new UsageError("expected ls, stat NAME or rm NAME; see --help");
}

function list(json: boolean): void {
  if (Deno.build.os !== "linux") {
    throw new Error("this system keeps no list of its shared memory objects");
  }
  const objects = [...Deno.readDirSync(DIRECTORY)]
    .filter(({ isFile }) => isFile)
    .map(({ name }) => `/${name}`)
    .sort()
    .flatMap((name) => {
      const stat = statOf(name);
      return stat === undefined ? [] : [{ name, ...summary(stat) }];
    });
  if (json) return console.log(JSON.stringify(objects, null, 2));
  const width = Math.max(...objects.map(({ size }) => `${size}`.length));
  for (const { name, size, mode, uid, gid, modified } of objects) {
    const permissions = filePermStr(mode & 0o7777, FP_SPECIAL);
    const length = `${size}`.padStart(width);
    console.log(`${permissions} ${uid}:${gid} ${length} ${modified} ${name}`);
  }
}

/** Looks from outside, so that one needs no right to open the object. */
function statOf(name: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(DIRECTORY + name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function summary(stat: Deno.FileInfo) {
  return {
    size: stat.size,
    mode: stat.mode!,
    uid: stat.uid!,
    gid: stat.gid!,
    modified: stat.mtime!.toISOString(),
  };
}

function show(name: string, json: boolean): void {
  const fd = shmOpen(name, O_RDONLY | O_NONBLOCK, 0);
  try {
    const stat = fstat(fd);
    console.log(json ? toJson({ name, ...stat }) : toText(stat));
  } finally {
    close(fd);
  }
}

function toText(stat: Stat): string {
  return statInfo(stat) + [
    `Last read:                ${toIso(stat.atim)}`,
    `Last written:             ${toIso(stat.mtim)}`,
    `Last changed:             ${toIso(stat.ctim)}`,
  ].join("\n");
}

/** A `bigint` becomes a string, as it may be beyond what JSON numbers hold. */
function toJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, part) => typeof part === "bigint" ? `${part}` : part,
    2,
  );
}

function toIso({ sec, nsec }: Timespec): string {
  const seconds = new Date(Number(sec) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(nsec).padStart(9, "0")}Z`;
}
