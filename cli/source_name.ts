/**
 * Returns what mount(8) shall show as the source of what lies on this machine:
 * its real path, which means the same whoever reads it.
 *
 * @param path Where it is, perhaps from the working directory.
 * @param url The same of a module.
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

/** Returns the real path that something will have once it is made. */
function newPath(path: string): string {
  const [, parent = "", name] = /^(.*\/)?([^/]+)$/.exec(path) ?? [];
  try {
    return `${Deno.realPathSync(parent || ".")}/${name ?? ""}`.replace(
      /^\/\//,
      "/",
    );
  } catch {
    // Nor can it be made.
    return path;
  }
}
