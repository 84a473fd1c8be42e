/**
 * The code that `readDirectory` runs in another process.
 *
 * @module
 */

/** Describes all entries of a directory tree. */
export function describe(
  dir: string,
  contentOf: string[],
): Record<string, unknown> {
  const entries: Record<string, unknown> = {};
  const walk = (prefix: string): void => {
    const listing = [...Deno.readDirSync(`${dir}/${prefix}`)];
    for (const { name } of listing.sort((a, b) => a.name < b.name ? -1 : 1)) {
      const path = prefix + name;
      const stat = Deno.lstatSync(`${dir}/${path}`);
      entries[path] = describeOne(`${dir}/${path}`, stat, contentOf, path);
      if (stat.isDirectory) walk(`${path}/`);
    }
  };
  walk("");
  return entries;
}

function describeOne(
  path: string,
  stat: Deno.FileInfo,
  contentOf: string[],
  name: string,
): Record<string, unknown> {
  const { size, nlink, uid, gid } = stat;
  return {
    type: typeOf(stat),
    mode: stat.mode! & 0o7777,
    ...{ size, nlink, uid, gid },
    ...stat.isSymlink ? { target: Deno.readLinkSync(path) } : {},
    ...stat.isFile && contentOf.includes(name)
      ? { content: Deno.readFileSync(path).toBase64() }
      : {},
  };
}

function typeOf(stat: Deno.FileInfo): string {
  if (stat.isFile) return "file";
  if (stat.isDirectory) return "directory";
  if (stat.isSymlink) return "symlink";
  if (stat.isFifo) return "pipe";
  if (stat.isSocket) return "socket";
  return stat.isCharDevice ? "char" : "block";
}
