/**
 * The source that all targets show: a small file, a large one, and a directory
 * of many entries.
 *
 * @module
 */

/** The name of a file of one page. */
export const SMALL = "small";
/** A name that does not exist. */
export const MISSING = "missing";
/** The name of a file of {@linkcode LARGE_SIZE} bytes. */
export const LARGE = "large";
/** The length of the large file in bytes. */
export const LARGE_SIZE: number = 256 << 20;
/** The name of a directory of {@linkcode ENTRIES} empty files. */
export const LIST = "list";
/** How many entries the directory has, `.` and `..` apart. */
export const ENTRIES = 5000;

/** Makes the directory, and leaves its data on disk and in memory. */
export async function makeSource(dir: string): Promise<void> {
  await Deno.mkdir(dir);
  await Deno.writeFile(`${dir}/${SMALL}`, new Uint8Array(4096).fill(1));
  await Deno.mkdir(`${dir}/${LIST}`);
  for (let i = 0; i < ENTRIES; i++) {
    const name = `entry-${String(i).padStart(4, "0")}`;
    using _file = await Deno.create(`${dir}/${LIST}/${name}`);
  }
  const chunk = new Uint8Array(1 << 20).fill(1);
  using large = await Deno.create(`${dir}/${LARGE}`);
  for (let size = 0; size < LARGE_SIZE; size += chunk.length) {
    // A file takes a whole chunk, or fails.
    await large.write(chunk);
  }
  // Or the disk would be busy with it while others are measured.
  await large.sync();
}
