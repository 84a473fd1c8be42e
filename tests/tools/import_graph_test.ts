import { assertEquals } from "@std/assert";
import {
  circlesOf,
  folderGraph,
  importGraph,
  importsOf,
} from "../../tools/import_graph.ts";

/** Returns the graph of sources as if they were at these paths. */
function graphOf(sources: Readonly<Record<string, string>>) {
  return new Map(
    Object.entries(sources).map(([path, source]) => [
      path,
      importsOf(path, source),
    ]),
  );
}

Deno.test("Two files that import each other are a circle, even if only for types", () => {
  const graph = graphOf({
    "fuse/a.ts": 'import { b } from "./fs/b.ts";',
    "fuse/fs/b.ts": 'import type { A } from "../a.ts";',
    "fuse/fs/c.ts": 'import "./b.ts";',
  });
  assertEquals(circlesOf(graph), [["fuse/a.ts", "fuse/fs/b.ts"]]);
});

Deno.test("A circle may be long, and lead through re-exports", () => {
  const graph = graphOf({
    "fuse/mod.ts": 'export * from "./conn/conn.ts";',
    "fuse/conn/conn.ts": 'let x: import("../wire.ts").Wire;',
    "fuse/wire.ts": 'await import("./frame.ts");',
    "fuse/frame.ts": 'export { type Conn } from "./mod.ts";',
  });
  assertEquals(circlesOf(graph), [
    ["fuse/conn/conn.ts", "fuse/frame.ts", "fuse/mod.ts", "fuse/wire.ts"],
  ]);
});

Deno.test("A file that imports itself is a circle", () => {
  const graph = graphOf({ "fuse/a.ts": 'import "./a.ts";' });
  assertEquals(circlesOf(graph), [["fuse/a.ts"]]);
});

Deno.test("Folders may form a circle although their files do not", () => {
  const graph = graphOf({
    "fuse/conn/conn.ts": 'import "../mount/info.ts";',
    "fuse/mount/info.ts": "",
    "fuse/mount/mount.ts": 'import "../conn/conn.ts";',
  });
  assertEquals(circlesOf(graph), []);
  assertEquals(circlesOf(folderGraph(graph)), [["fuse/conn", "fuse/mount"]]);
});

Deno.test("A folder and its subfolder are not a circle", () => {
  const graph = graphOf({
    "fuse/fs/mod.ts": 'export * from "./server/server.ts";',
    "fuse/fs/node.ts": "",
    "fuse/fs/server/server.ts": 'import "../node.ts";',
  });
  assertEquals(circlesOf(folderGraph(graph)), []);
});

Deno.test("The repository has no circle of files or folders", () => {
  const graph = importGraph();
  assertEquals(circlesOf(graph), []);
  assertEquals(circlesOf(folderGraph(graph)), []);
});
