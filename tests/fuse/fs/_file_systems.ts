/**
 * Every file system that can be written, in every way to serve it: for what
 * has to hold in all of them.
 *
 * @module
 */

import * as promises from "node:fs/promises";
import {
  fromNodeFS,
  type FS,
  MemFS,
  MirrorFS,
  type NodeFS,
  PathFS,
  type ServeOptions,
  SqliteFS,
} from "../../../fuse/fs/mod.ts";
import type { MountOptions } from "../../../fuse/mod.ts";
import type { Scene } from "../../_support/mount.ts";
import { laterOperations, PathStore } from "../../_support/path_store.ts";

type Options = MountOptions & ServeOptions;

/** One way to mount a file system on the scene's mount point. */
export interface FileSystem {
  /** What a test calls it. */
  readonly name: string;
  /** Whether something it needs is missing. */
  readonly ignore?: boolean;
  /** Mounts it. */
  mount(scene: Scene): Promise<Mounted>;
}

/** A mounted file system. */
export interface Mounted extends AsyncDisposable {
  /** The directory that it shows, where others could change it. */
  readonly source: string | undefined;
}

/** What the tests use of npm's memfs, whose types are not needed. */
interface Memfs {
  createFsFromVolume(volume: unknown): { promises: NodeFS };
  Volume: new () => { toJSON(): Record<string, string> };
}

const PACKAGE = "npm:memfs@3.5.3";

/** The package, where npm can be reached or has been. */
// deno-lint-ignore no-top-level-await -- whether a test is skipped is said first
export const memfs: Memfs | undefined = await import(PACKAGE).catch(() =>
  undefined
);

/** Makes a row: how to make it, and how to serve it. */
function served(
  name: string,
  make: (scene: Scene) => FS,
  options: Options = {},
): FileSystem {
  return {
    name,
    async mount(scene) {
      const fs = make(scene);
      const own = (fs as { mountOptions?: Options }).mountOptions;
      const session = await scene.mount(fs, { ...own, ...options });
      return mountedOn(session, hasSource(name) ? sourceOf(scene) : undefined);
    },
  };
}

function mountedOn(
  session: AsyncDisposable,
  source: string | undefined,
): Mounted {
  return {
    source,
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

function hasSource(name: string): boolean {
  return /^MirrorFS|node:fs/.test(name);
}

/** A directory of the scene, to be shown by a mirror. */
function sourceOf(scene: Scene): string {
  const source = `${scene.dir}/source`;
  Deno.mkdirSync(source, { recursive: true });
  return source;
}

const NO_CACHE: Options = { entryValidMs: 0, attrValidMs: 0 };
const BLOCKING: Options = { mode: "blocking" };
const HANDLES = { unlinked: "handle" } as const;

async function mountByWorkers(scene: Scene): Promise<Mounted> {
  const source = sourceOf(scene);
  const data = { source, shared: MirrorFS.share(1000) };
  const { mountOptions } = new MirrorFS(source, data);
  const module = import.meta.resolve("../../../fuse/fs/mirror/module.ts");
  const session = await scene.mountModule(module, {
    ...mountOptions,
    workers: 2,
    data,
  });
  return mountedOn(session, source);
}

/** All of them. */
export const FILE_SYSTEMS: readonly FileSystem[] = [
  served("MirrorFS", (scene) => new MirrorFS(sourceOf(scene))),
  served("MirrorFS without caching", (scene) => {
    return new MirrorFS(sourceOf(scene));
  }, { ...NO_CACHE, ...BLOCKING }),
  { name: "MirrorFS served by two Workers", mount: mountByWorkers },
  served("MemFS", () => new MemFS()),
  served("MemFS without caching", () => new MemFS(), {
    ...NO_CACHE,
    ...BLOCKING,
  }),
  served("SqliteFS", (scene) => new SqliteFS(`${scene.dir}/db`)),
  served("PathFS", () => new PathFS(new PathStore()), BLOCKING),
  served(
    "PathFS that answers later",
    () => new PathFS(laterOperations(new PathStore())),
  ),
  served(
    "PathFS without numbers",
    () => new PathFS(laterOperations(new PathStore({ numbers: false }))),
  ),
  served("PathFS by handles", () => {
    const store = new PathStore({ handles: true });
    return new PathFS(laterOperations(store), HANDLES);
  }, { ...NO_CACHE, ...BLOCKING }),
  served(
    "fromNodeFS() over node:fs",
    (scene) => fromNodeFS(promises, { root: sourceOf(scene) }),
  ),
  {
    ...served("fromNodeFS() over npm:memfs", () => {
      return fromNodeFS(memfs!.createFsFromVolume(new memfs!.Volume()));
    }, BLOCKING),
    ignore: memfs === undefined,
  },
];
