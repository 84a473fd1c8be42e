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
import { printUsage, say } from "./output.ts";
import { expectOperands, parse } from "./parse.ts";
import { UsageError } from "./usage_error.ts";

/** The help text of `hostkit shm`. */
export const SHM_USAGE = `\
Usage: hostkit shm ls [--json]
       hostkit shm stat NAME [--json]
       hostkit shm rm NAME

Lists (on Linux), shows and removes POSIX shared memory objects.

  --json  print JSON
`;

/** The directory of the objects on Linux. */
const DIRECTORY = "/dev/shm";

/** Runs `hostkit shm`; returns the exit status. */
export async function shmCommand(args: string[]): Promise<number> {
  const { operands, flags } = await parse(args, { boolean: ["json"] });
  if (flags.help) return printUsage(SHM_USAGE);
  const [verb, ...names] = operands;
  const json = flags.json!;
  switch (verb) {
    case "ls":
      expectOperands("shm ls", names, []);
      list(json);
      break;
    case "stat":
      expectOperands("shm stat", names, ["NAME"]);
      show(names[0]!, json);
      break;
    case "rm":
      expectOperands("shm rm", names, ["NAME"]);
      shmUnlink(names[0]!);
      break;
    default:
      throw new UsageError("shm takes ls, stat NAME or rm NAME");
  }
  return 0;
}

function list(json: boolean): void {
  if (Deno.build.os !== "linux") {
    throw new Error("this system cannot list its shared memory objects");
  }
  const objects = [...Deno.readDirSync(DIRECTORY)]
    .filter(({ isFile }) => isFile)
    .map(({ name }) => `/${name}`)
    .sort()
    .flatMap((name) => describe(name) ?? []);
  if (json) return say(toJson(objects));
  const width = Math.max(...objects.map(({ size }) => `${size}`.length));
  for (const { name, size, mode, uid, gid, modified } of objects) {
    const permissions = filePermStr(mode & 0o7777, FP_SPECIAL);
    const bytes = `${size}`.padStart(width);
    say(`${permissions}  ${uid}:${gid}  ${bytes}  ${modified}  ${name}`);
  }
}

/**
 * Describes an object without opening it, so that no permission is needed;
 * returns `undefined` if the object has been removed meanwhile.
 */
function describe(name: string) {
  try {
    const { size, mode, uid, gid, mtime } = Deno.lstatSync(DIRECTORY + name);
    const modified = mtime!.toISOString();
    return { name, size, mode: mode!, uid: uid!, gid: gid!, modified };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function show(name: string, json: boolean): void {
  const fd = shmOpen(name, O_RDONLY | O_NONBLOCK, 0);
  try {
    const stat = fstat(fd);
    say(json ? toJson({ name, ...stat }) : toText(stat));
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

function toIso({ sec, nsec }: Timespec): string {
  const seconds = new Date(Number(sec) * 1000).toISOString().slice(0, -5);
  return `${seconds}.${String(nsec).padStart(9, "0")}Z`;
}

/**
 * Converts a value to JSON; a `bigint` becomes a string, since it may exceed
 * the range of JSON numbers.
 */
function toJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, part) => typeof part === "bigint" ? `${part}` : part,
    2,
  );
}
