import type { FS } from "../node.ts";

/**
 * Returns the file system of a module: its `default` or `fs` export, or the
 * result of that export if it is a function.
 */
export async function loadFS(module: string, data?: unknown): Promise<FS> {
  const { default: exported, fs = exported } = await import(module);
  const made = typeof fs === "function" ? await fs(data) : fs;
  if (typeof made?.root === "function") return made;
  throw new TypeError(
    `Cannot serve ${module}: its default export is neither a file system ` +
      "nor a function that returns one",
  );
}
