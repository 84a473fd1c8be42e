/**
 * The source directory of all targets.
 *
 * @module
 */

import { makeFiles, MIB } from "../cli/internal.ts";
import { run } from "./_child.ts";

/** The number of entries in the directory, without `.` and `..`. */
export const ENTRIES = 10_000;
/** The name of a git repository with {@linkcode SMALL_FILES} files. */
export const REPOSITORY = "repository";
/** The name of an archive of these files. */
export const ARCHIVE = "files.tar";
/** The number of small files. */
export const SMALL_FILES = 10_000;

const FILES_IN_EACH = 100;
const LARGE_SIZE = 64 * MIB;

const GIT = [
  "git",
  "-c",
  "user.name=bench",
  "-c",
  "user.email=bench@localhost",
  "-C",
];

/** Creates the source directory. */
export async function makeSource(dir: string): Promise<void> {
  await Deno.mkdir(dir);
  makeFiles(dir, { large: LARGE_SIZE, entries: ENTRIES });
  const repository = `${dir}/${REPOSITORY}`;
  for (let i = 0; i < SMALL_FILES; i++) {
    const sub = `${repository}/sub-${Math.floor(i / FILES_IN_EACH)}`;
    if (i % FILES_IN_EACH === 0) await Deno.mkdir(sub, { recursive: true });
    await Deno.writeTextFile(`${sub}/file-${i}`, `${i}\n`.repeat(100));
  }
  await run(["tar", "-cf", `${dir}/${ARCHIVE}`, "-C", repository, "."]);
  await run([...GIT, repository, "init", "--quiet"]);
  await run([...GIT, repository, "add", "."]);
  await run([...GIT, repository, "commit", "--quiet", "-m", "files"]);
}
