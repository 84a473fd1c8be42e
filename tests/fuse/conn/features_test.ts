import { assertEquals } from "@std/assert";
import * as flag from "../../../fuse/abi/constants.ts";
import { initFlagsString, type MountOptions } from "../../../fuse/mod.ts";
import { output } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { directory, file, fsOf } from "../../_support/nodes.ts";
import { DEFAULTS } from "../message/_init_defaults.ts";

/** What Linux 6.18 takes up with each option: a shell sees the same tree. */
const OPTIONS: readonly [MountOptions, added: bigint, removed: bigint][] = [
  [{}, 0n, 0n],
  [
    { asyncRead: false, asyncDio: true, parallelDirops: false },
    flag.FUSE_ASYNC_DIO,
    flag.FUSE_ASYNC_READ | flag.FUSE_PARALLEL_DIROPS,
  ],
  [{ atomicOTrunc: true }, flag.FUSE_ATOMIC_O_TRUNC, 0n],
  [{ cacheSymlinks: true }, flag.FUSE_CACHE_SYMLINKS, 0n],
  [{ createSuppGroup: true }, flag.FUSE_CREATE_SUPP_GROUP, 0n],
  [{ directIoAllowMmap: true }, flag.FUSE_DIRECT_IO_ALLOW_MMAP, 0n],
  [{ dontMask: true }, flag.FUSE_DONT_MASK, 0n],
  [
    { explicitInvalidateData: true },
    flag.FUSE_EXPLICIT_INVAL_DATA,
    flag.FUSE_AUTO_INVAL_DATA,
  ],
  [{ exportSupport: true }, flag.FUSE_EXPORT_SUPPORT, 0n],
  [{ noExportSupport: true }, flag.FUSE_NO_EXPORT_SUPPORT, 0n],
  [{ handleKillPriv: true }, flag.FUSE_HANDLE_KILLPRIV_V2, 0n],
  [{ handleKillPrivV2: true }, flag.FUSE_HANDLE_KILLPRIV_V2, 0n],
  [{ idmapped: true, defaultPermissions: true }, flag.FUSE_ALLOW_IDMAP, 0n],
  [
    { lockingFlock: true, lockingPosix: true },
    flag.FUSE_FLOCK_LOCKS | flag.FUSE_POSIX_LOCKS,
    0n,
  ],
  [{ passthrough: true, maxStackDepth: 2 }, flag.FUSE_PASSTHROUGH, 0n],
  [{ posixAcl: true }, flag.FUSE_POSIX_ACL, 0n],
  [{ requestTimeoutS: 3600 }, flag.FUSE_REQUEST_TIMEOUT, 0n],
  [{ securityContext: true }, flag.FUSE_SECURITY_CTX, 0n],
  [{ setxattrExt: true }, flag.FUSE_SETXATTR_EXT, 0n],
  [{ submounts: true }, 0n, 0n],
  [{ writebackCache: true }, flag.FUSE_WRITEBACK_CACHE, 0n],
  [{ maxPages: 32, maxBackground: 64, congestionThreshold: 48 }, 0n, 0n],
  [{ timeGranNs: 1_000_000_000, maxReadahead: 65536 }, 0n, 0n],
];

/** What mountFS() asks for beside the defaults of mount(). */
const LISTINGS = flag.FUSE_DO_READDIRPLUS | flag.FUSE_READDIRPLUS_AUTO;

/** The first kernel whose protocol is 7.45. */
const isNew = Number(Deno.osRelease().split(".")[0]) > 6 ||
  /^6\.(1[89]|[2-9]\d)/.test(Deno.osRelease());

mountTest(
  "Conn.features tells what the kernel grants of each option, and the mount works",
  async (scene) => {
    for (const [options, added, removed] of OPTIONS) {
      const root = directory({ name: file("content") });
      await using session = await scene.mount(fsOf(root), options);
      const title = JSON.stringify(options);
      const expected = (DEFAULTS | LISTINGS) & ~removed | added;
      assertEquals(
        [title, initFlagsString(session.conn.features)],
        [title, initFlagsString(expected)],
      );
      assertEquals(`${session.conn.protocol}`, "7.45", title);
      const path = `${scene.mnt}/name`;
      assertEquals(await output("cat", path), "content", title);
      await session.unmount();
    }
  },
  { ignore: !isNew },
);
