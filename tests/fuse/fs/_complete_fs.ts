/**
 * The file systems that do whatever a file system can do: what holds in one of
 * them has to hold in all.
 *
 * @module
 */

import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import {
  MemFS,
  MirrorFS,
  type Session,
  SqliteFS,
} from "../../../fuse/fs/mod.ts";
import { output } from "../../_support/client.ts";
import {
  mountTest,
  type MountTestOptions,
  type Scene,
} from "../../_support/mount.ts";
import { fsck } from "../../_support/sqlite_fsck.ts";

/** One of them, and what to make sure of when it has been used. */
interface Complete {
  readonly fs: MemFS | MirrorFS | SqliteFS;
  /** Looks into the mount. */
  readonly used?: () => Promise<void>;
  /** Looks at what is left without it. */
  readonly unmounted?: () => void;
}

const FILE_SYSTEMS: Readonly<Record<string, (scene: Scene) => Complete>> = {
  MemFS: () => ({ fs: new MemFS() }),
  MirrorFS: ({ dir, mnt }) => {
    const source = `${dir}/source`;
    Deno.mkdirSync(source);
    return {
      fs: new MirrorFS(source),
      used: async () => assertEquals(await list(mnt), await list(source)),
    };
  },
  SqliteFS: ({ dir }) => {
    const path = `${dir}/fs.sqlite`;
    return {
      fs: new SqliteFS(path),
      unmounted: () => assertEquals(fsck(path), []),
    };
  },
};

/** Sums up what files have in them: as the kernel knows it, as it is served. */
const SUMS = `
files() {
  find "$1" -type f -size -100M -print0 | sort -z | xargs -0 sh -c "$2" sh
}
files "$1" 'cat "$@"' | sha256sum
files "$1" 'for f; do dd if="$f" bs=1M iflag=direct status=none; done' | sha256sum
files "$1" 'stat -c %s "$@"' | awk '{ sum += $1 } END { print +sum }'
`;

/** Makes sure that the server has what programs see in the kernel's memory. */
async function compareWithServer({ mountpoint, server }: Session) {
  const before = server.stats.bytesRead;
  const sums = await output("sh", "-ec", SUMS, "sh", mountpoint);
  const [cached, served, bytes] = sums.split("\n");
  assertEquals(served, cached);
  // So it was the server that was asked.
  assertGreaterOrEqual(server.stats.bytesRead - before, Number(bytes));
}

/** Says all there is to names. */
function list(dir: string): Promise<string> {
  const format = "%P %i %M %n %U %G %s %T+ %l\\n";
  const script = `cd "$1" && find . -printf '${format}' | sort`;
  return output("sh", "-c", script, "sh", dir);
}

/**
 * Declares a test of each of them, mounted as a disk would be.
 *
 * @param what What `use` does there.
 */
export function testEachCompleteFS(
  what: string,
  use: (session: Session) => Promise<void>,
  { programs = [], ...options }: MountTestOptions,
): void {
  for (const [name, make] of Object.entries(FILE_SYSTEMS)) {
    mountTest(`In a ${name} ${what}`, async (scene) => {
      const { fs, used, unmounted } = make(scene);
      await using session = await scene.mount(fs, {
        ...fs.mountOptions,
        allowDev: true,
        allowSuid: true,
      });
      await use(session);
      await compareWithServer(session);
      await used?.();
      await session.unmount();
      unmounted?.();
    }, { ...options, programs: ["find", ...programs] });
  }
}
