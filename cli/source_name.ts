/**
 * Returns the source that mount(8) shows for a file system with local data: the
 * real path, which does not depend on the working directory.
 *
 * @param path The path of the data, perhaps relative.
 * @param url The URL of the module, if there is no path.
 */
export function sourceName(
  path: string | undefined,
  url: string | undefined,
): string | undefined {
  if (path === undefined) {
    const ofModule = url === undefined ? undefined : pathOf(url);
    return ofModule === undefined ? undefined : sourceName(ofModule, url);
  }
  try {
    return Deno.realPathSync(path);
  } catch {
    return newPath(path);
  }
}

/** Returns the path of a `file:` URL. */
function pathOf(url: string): string | undefined {
  const { protocol, pathname } = new URL(url);
  return protocol === "file:" ? decodeURIComponent(pathname) : undefined;
}

/** Returns the real path that a new file will have. */
function newPath(path: string): string {
  const [, parent = "", name] = /^(.*\/)?([^/]+)$/.exec(path) ?? [];
  try {
    return `${Deno.realPathSync(parent || ".")}/${name ?? ""}`.replace(
      /^\/\//,
      "/",
    );
  } catch {
    // The file cannot be created either.
    return path;
  }
}
