import { checkArray, checkOptions, checkText } from "../../../ffi/internal.ts";
import { callInProcess } from "./client.ts";

/** The description of a file that was found below a directory. */
export interface SeenEntry {
  /** The file type. */
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
  /** The size in bytes. */
  readonly size: number;
  /** The number of links. */
  readonly nlink: number;
  /** The owner's user id. */
  readonly uid: number;
  /** The group id. */
  readonly gid: number;
  /** The target of a symbolic link. */
  readonly target?: string;
  /** The content of a file, if requested. */
  readonly content?: Uint8Array;
}

/** The expected content of a file, or some expected properties. */
export type ExpectedEntry = string | Uint8Array | Partial<SeenEntry>;

/** The options of {@linkcode readDirectory}. */
export interface ReadDirectoryOptions {
  /** The files whose content is wanted. Default: none. */
  contentOf?: readonly string[];
}

/** A description as JSON carries it between processes, with text for bytes. */
type Wire = Omit<SeenEntry, "content"> & { content?: string };

/**
 * Returns a description of all files below a directory, as seen by another
 * process.
 *
 * @param dir The directory, such as a mount point.
 * @param options The options of {@linkcode readDirectory}.
 * @returns The descriptions by path, such as `"sub/file"`, sorted.
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
 * Checks that a directory contains exactly the expected files, as seen by
 * another process.
 *
 * @param dir The directory, such as a mount point.
 * @param expected The expected files by path: a string or bytes for the content
 * of a file, or an object, of which each given property is compared. A
 * directory is an entry too; the parent directories of an entry need not be
 * listed.
 * @throws {Error} If anything differs, with a list of all differences.
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

/** Whether a path is expected, or is a parent directory of an expected path. */
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

/** Formats a property: bytes as text, with non-text bytes in hexadecimal. */
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
