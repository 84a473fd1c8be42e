/**
 * The test files, in groups that one process each runs.
 *
 * @module
 */

import { ROOT } from "./command.ts";

/** What is no source: hidden, installed, or made by a test run. */
const NO_SOURCE = /^(\.|node_modules$|generated-|snippets-)/;

/** The most files of one group, so that two processes share a large folder. */
const MAX_FILES = 24;

/** Tests that one process runs. */
export interface TestGroup {
  /** What it is called: its folder, such as `tests/fuse`, and its part of it. */
  readonly name: string;
  /** The source of the module that registers its tests. */
  readonly source: string;
}

/** Returns the sources under a path, or the file at it, sorted by name. */
export function filesUnder(path: URL): URL[] {
  if (!Deno.statSync(path).isDirectory) return [path];
  const folder = new URL(path.href.endsWith("/") ? path : `${path}/`);
  return Array.from(Deno.readDirSync(folder))
    .sort((a, b) => a.name < b.name ? -1 : 1)
    .filter(({ name }) => !NO_SOURCE.test(name))
    .flatMap(({ name, isDirectory }) => {
      const url = new URL(encodeURIComponent(name), folder);
      return isDirectory ? filesUnder(url) : [url];
    });
}

/** Whether a file holds tests. */
export function isTest(file: URL): boolean {
  return file.pathname.endsWith("_test.ts");
}

/**
 * Divides test files into groups: a folder of `tests/` with all that is below
 * it is one, or several if it is large.
 *
 * A group is one module, because `deno test` loads the whole library again for
 * each module that it is given.
 */
export function groupTests(files: readonly URL[]): TestGroup[] {
  const folders = Map.groupBy(files, folderOf);
  return Array.from(folders, ([folder, files]) => divide(folder, files)).flat();
}

function folderOf(file: URL): string {
  const path = nameOf(file);
  return /^tests\/[^/]+(?=\/)/.exec(path)?.[0] ??
    path.slice(0, path.lastIndexOf("/"));
}

/** Returns a file's path in the repository; a whole one if it lies outside. */
export function nameOf(file: URL): string {
  return decodeURIComponent(
    file.href.startsWith(ROOT.href)
      ? file.href.slice(ROOT.href.length)
      : file.pathname,
  );
}

function divide(folder: string, files: readonly URL[]): TestGroup[] {
  const parts = Math.ceil(files.length / MAX_FILES);
  const edge = (part: number): number =>
    Math.round(part * files.length / parts);
  return Array.from({ length: parts }, (_, part) => ({
    name: parts === 1 ? folder : `${folder}, part ${part + 1} of ${parts}`,
    source: files.slice(edge(part), edge(part + 1))
      .map(({ href }) => `import ${JSON.stringify(href)};\n`).join(""),
  }));
}
