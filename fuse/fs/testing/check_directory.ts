import { checkArray, checkOptions, checkText } from "../../../ffi/internal.ts";
import { callInProcess } from "./client.ts";

/** What was found in a directory, under a path from there on. */
export interface SeenEntry {
  /** What it is. */
  readonly type:
    | "file"
    | "directory"
    | "symlink"
    | "pipe"
    | "socket"
    | "char"
    | "block";
  /** The permissions: the lower 12 bits of the mode. */
  readonly mode: number;
  /** Size in bytes. */
  readonly size: number;
  /** Number of links. */
  readonly nlink: number;
  /** The owner. */
  readonly uid: number;
  /** The group. */
  readonly gid: number;
  /** Where a symbolic link points. */
  readonly target?: string;
  /** The content of a file, if it was asked for. */
  readonly content?: Uint8Array;
}

/** What is expected: the content of a file, or whatever is named. */
export type ExpectedEntry = string | Uint8Array | Partial<SeenEntry>;

/** What is looked at. */
export interface ReadDirectoryOptions {
  /** The files whose content is wanted. Default: none. */
  contentOf?: readonly string[];
}

/** How bytes cross the line between processes. */
type Wire = Omit<SeenEntry, "content"> & { content?: string };

/**
 * Looks at all that is in a directory, from another process.
 *
 * @param dir The directory, such as a mount point.
 * @param options What is looked at.
 * @returns What is there by its path, such as `"sub/file"`, sorted.
 *
 * @example Usage
 * ```ts
 * import { readDirectory } from "@hostkit/hostkit/fuse/fs/testing";
 *
 * const dir = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${dir}/file`, "text");
 * const { file } = await readDirectory(dir);
 * console.assert(file!.type === "file" && file!.size === 4);
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function readDirectory(
  dir: string,
  options: ReadDirectoryOptions = {},
): Promise<Record<string, SeenEntry>> {
  // The client would take an empty path for the root directory.
  if (checkText("dir", dir) === "") {
    throw new TypeError("dir must not be empty");
  }
  const { contentOf = [] } = checkOptions("options", options);
  checkArray("contentOf", contentOf);
  const client = import.meta.resolve("./_directory_client.ts");
  const entries = await callInProcess<Record<string, Wire>>(
    client,
    "describe",
    dir,
    contentOf,
  );
  return Object.fromEntries(
    Object.entries(entries).map(([path, { content, ...entry }]) => [
      path,
      content === undefined
        ? entry
        : { ...entry, content: Uint8Array.fromBase64(content) },
    ]),
  );
}

/**
 * Checks that a directory has what is expected and nothing else, as another
 * process sees it.
 *
 * @param dir The directory, such as a mount point.
 * @param expected What is to be there, by its path from there on: a text or
 * bytes are the content of a file, and of an object each property counts that it
 * has. Directories are entries of their own, those above an entry need not be
 * named.
 * @throws {Error} If something differs, with all that does.
 *
 * @example Usage
 * ```ts
 * import { checkDirectory } from "@hostkit/hostkit/fuse/fs/testing";
 *
 * const dir = await Deno.makeTempDir();
 * await Deno.mkdir(`${dir}/sub`);
 * await Deno.writeTextFile(`${dir}/sub/file`, "text");
 * await Deno.symlink("file", `${dir}/sub/link`);
 * await checkDirectory(dir, {
 *   "sub/file": "text",
 *   "sub/link": { type: "symlink", target: "file" },
 * });
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function checkDirectory(
  dir: string,
  expected: Readonly<Record<string, ExpectedEntry>>,
): Promise<void> {
  const wanted = Object.entries(checkOptions("expected", expected)).map((
    [path, entry],
  ) => [path, toEntry(entry)] as const);
  const contentOf = wanted.filter(([, { content }]) => content !== undefined)
    .map(([path]) => path);
  const seen = await readDirectory(dir, { contentOf });
  const differences = [
    ...wanted.flatMap(([path, entry]) =>
      seen[path] === undefined
        ? [`${path}: is not there`]
        : compare(path, seen[path], entry)
    ),
    ...Object.keys(seen).filter((path) => !isExpected(path, expected))
      .map((path) => `${path}: is not expected`),
  ];
  if (differences.length === 0) return;
  throw new Error(`${dir} differs:\n  ${differences.join("\n  ")}`);
}

function toEntry(expected: ExpectedEntry): Partial<SeenEntry> {
  if (typeof expected === "string") {
    return { type: "file", content: new TextEncoder().encode(expected) };
  }
  return expected instanceof Uint8Array
    ? { type: "file", content: expected }
    : expected;
}

/** Whether a path is named, or leads to one that is. */
function isExpected(path: string, expected: Readonly<object>): boolean {
  return Object.keys(expected).some((it) =>
    it === path || it.startsWith(`${path}/`)
  );
}

function compare(
  path: string,
  seen: SeenEntry,
  expected: Partial<SeenEntry>,
): string[] {
  return Object.entries(expected).flatMap(([name, wanted]) => {
    const found = show(name, seen[name as keyof SeenEntry]);
    return found === show(name, wanted)
      ? []
      : [`${path}: ${name} is ${found}, not ${show(name, wanted)}`];
  });
}

/** Prints a property: bytes as text, with what is none in hexadecimal. */
function show(name: string, value: unknown): string {
  if (value === undefined) return "missing";
  if (name === "mode") return `0o${(value as number).toString(8)}`;
  if (!(value instanceof Uint8Array)) return JSON.stringify(value);
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(value);
    return JSON.stringify(text);
  } catch {
    return `<${value.toHex()}>`;
  }
}
