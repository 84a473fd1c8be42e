import { assertEquals, assertThrows } from "@std/assert";
import * as flag from "../../../fuse/abi/constants.ts";
import {
  initFlagsString,
  InitRequest,
  type MountOptions,
  OldVersionError,
  Protocol,
} from "../../../fuse/mod.ts";
import { negotiate } from "../../../fuse/message/negotiate.ts";
import { DEFAULTS } from "./_init_defaults.ts";

/** What Linux 6.18 offers. */
const LINUX_6_18 = 0x5fd_73ff_fffbn;
const EVERYTHING = 2n ** 64n - 1n;

/** An INIT request of a kernel. */
function init(
  { flags = LINUX_6_18, major = 7, minor = 45, maxReadahead = 131072 } = {},
): InitRequest {
  const request = new InitRequest();
  request.protocol = new Protocol(major, minor);
  request.flags = flags;
  request.maxReadahead = maxReadahead;
  return request;
}

function assertFlags(actual: bigint, expected: bigint): void {
  assertEquals(initFlagsString(actual), initFlagsString(expected));
}

Deno.test("negotiate() takes up what the library implements", () => {
  const response = negotiate(init());
  assertFlags(response.flags, DEFAULTS);
  const { flags: _, protocol, ...rest } = response;
  assertEquals(`${protocol}`, "7.45");
  assertEquals(rest, {
    maxReadahead: 131072,
    maxBackground: 0,
    congestionThreshold: 0,
    maxWrite: 1 << 20,
    timeGranNs: 1,
    maxPages: 256,
    mapAlignment: 0,
    maxStackDepth: 0,
    requestTimeoutS: 0,
  });
});

Deno.test("negotiate() takes up no flag that the kernel invented since", () => {
  assertFlags(negotiate(init({ flags: EVERYTHING })).flags, DEFAULTS);
});

Deno.test("negotiate() takes up no flag that is not offered", () => {
  assertFlags(negotiate(init({ flags: 0n })).flags, 0n);
  for (let bit = 0n; bit < 64n; bit++) {
    const offered = 1n << bit;
    assertFlags(negotiate(init({ flags: offered })).flags, DEFAULTS & offered);
    const others = EVERYTHING & ~offered;
    assertFlags(negotiate(init({ flags: others })).flags, DEFAULTS & others);
  }
});

/** What options add to the flags, and take away. */
const FLAG_OPTIONS: [MountOptions, added: bigint, removed: bigint][] = [
  [{ asyncRead: true }, 0n, 0n],
  [{ asyncRead: false }, 0n, flag.FUSE_ASYNC_READ],
  [{ asyncDio: true }, flag.FUSE_ASYNC_DIO, 0n],
  [{ asyncDio: false }, 0n, 0n],
  [{ parallelDirops: true }, 0n, 0n],
  [{ parallelDirops: false }, 0n, flag.FUSE_PARALLEL_DIROPS],
  [{ atomicOTrunc: true }, flag.FUSE_ATOMIC_O_TRUNC, 0n],
  [{ cacheSymlinks: true }, flag.FUSE_CACHE_SYMLINKS, 0n],
  [{ cacheSymlinks: false }, 0n, 0n],
  [{ createSuppGroup: true }, flag.FUSE_CREATE_SUPP_GROUP, 0n],
  [{ directIoAllowMmap: true }, flag.FUSE_DIRECT_IO_ALLOW_MMAP, 0n],
  [{ dontMask: true }, flag.FUSE_DONT_MASK, 0n],
  [{ exportSupport: true }, flag.FUSE_EXPORT_SUPPORT, 0n],
  [{ noExportSupport: true }, flag.FUSE_NO_EXPORT_SUPPORT, 0n],
  [{ handleKillPriv: true }, flag.FUSE_HANDLE_KILLPRIV_V2, 0n],
  [{ handleKillPrivV2: true }, flag.FUSE_HANDLE_KILLPRIV_V2, 0n],
  [{ idmapped: true }, flag.FUSE_ALLOW_IDMAP, 0n],
  [{ lockingFlock: true }, flag.FUSE_FLOCK_LOCKS, 0n],
  [{ lockingPosix: true }, flag.FUSE_POSIX_LOCKS, 0n],
  [{ overIoUring: true }, flag.FUSE_OVER_IO_URING, 0n],
  [{ passthrough: true }, flag.FUSE_PASSTHROUGH, 0n],
  [{ posixAcl: true }, flag.FUSE_POSIX_ACL, 0n],
  [{ requestTimeoutS: 20 }, flag.FUSE_REQUEST_TIMEOUT, 0n],
  [{ securityContext: true }, flag.FUSE_SECURITY_CTX, 0n],
  [{ setxattrExt: true }, flag.FUSE_SETXATTR_EXT, 0n],
  [{ submounts: true }, flag.FUSE_SUBMOUNTS, 0n],
  [{ writebackCache: true }, flag.FUSE_WRITEBACK_CACHE, 0n],
  [
    { explicitInvalidateData: true },
    flag.FUSE_EXPLICIT_INVAL_DATA,
    flag.FUSE_AUTO_INVAL_DATA,
  ],
  [{ explicitInvalidateData: false }, 0n, 0n],
  [
    { readdirplus: "auto" },
    flag.FUSE_DO_READDIRPLUS | flag.FUSE_READDIRPLUS_AUTO,
    0n,
  ],
  [{ readdirplus: "always" }, flag.FUSE_DO_READDIRPLUS, 0n],
  [{ readdirplus: "never" }, 0n, 0n],
];

for (const [options, added, removed] of FLAG_OPTIONS) {
  const title = JSON.stringify(options);
  Deno.test(`negotiate() follows ${title}, if it is offered`, () => {
    const expected = DEFAULTS & ~removed | added;
    const offering = init({ flags: EVERYTHING });
    assertFlags(negotiate(offering, options).flags, expected);
    // handleKillPriv makes do with the older kind, which has a test below.
    const old = init({
      flags: EVERYTHING & ~added & ~flag.FUSE_HANDLE_KILLPRIV,
    });
    assertFlags(negotiate(old, options).flags, expected & ~added);
  });
}

Deno.test("negotiate() has options for every flag that is not for DAX alone", () => {
  const unused = flag.FUSE_FILE_OPS | flag.FUSE_MAP_ALIGNMENT |
    flag.FUSE_HAS_INODE_DAX | flag.FUSE_HANDLE_KILLPRIV;
  const all = Object.entries(flag).reduce(
    (sum, [name, value]) =>
      typeof value === "bigint" && initFlagsString(value).startsWith("Init") &&
        /^FUSE_(?!ROOT_ID|UNIQUE|SETUPMAPPING)/.test(name)
        ? sum | value
        : sum,
    0n,
  );
  const reachable = FLAG_OPTIONS.reduce(
    (sum, [, added]) => sum | added,
    DEFAULTS,
  );
  assertFlags(reachable | unused, all);
});

Deno.test("handleKillPriv takes the first kind where the kernel has no other, handleKillPrivV2 does not", () => {
  const old = init({ flags: LINUX_6_18 & ~flag.FUSE_HANDLE_KILLPRIV_V2 });
  assertFlags(
    negotiate(old, { handleKillPriv: true }).flags,
    DEFAULTS | flag.FUSE_HANDLE_KILLPRIV,
  );
  assertFlags(negotiate(old, { handleKillPrivV2: true }).flags, DEFAULTS);
});

Deno.test("negotiate() says how deep to stack with passthrough alone", () => {
  const depth = (options: MountOptions, flags = LINUX_6_18): number =>
    negotiate(init({ flags }), options).maxStackDepth;
  assertEquals(depth({}), 0);
  assertEquals(depth({ maxStackDepth: 2 }), 0);
  assertEquals(depth({ passthrough: true }), 1);
  assertEquals(depth({ passthrough: true, maxStackDepth: 2 }), 2);
  const old = LINUX_6_18 & ~flag.FUSE_PASSTHROUGH;
  assertEquals(depth({ passthrough: true }, old), 0);
});

Deno.test("negotiate() passes a time limit on to a kernel that knows it", () => {
  const options = { requestTimeoutS: 30 };
  assertEquals(negotiate(init(), options).requestTimeoutS, 30);
  const old = init({ flags: LINUX_6_18 & ~flag.FUSE_REQUEST_TIMEOUT });
  assertEquals(negotiate(old, options).requestTimeoutS, 0);
});

Deno.test("negotiate() passes the granularity of time and the pages on", () => {
  const options = { timeGranNs: 1_000_000_000, maxPages: 64 };
  const { timeGranNs, maxPages, maxWrite } = negotiate(init(), options);
  assertEquals({ timeGranNs, maxPages }, options);
  assertEquals(maxWrite, 1 << 20);
});

Deno.test("negotiate() takes the version that both know", () => {
  const version = (major: number, minor: number): string =>
    `${negotiate(init({ major, minor })).protocol}`;
  assertEquals(version(7, 28), "7.28");
  assertEquals(version(7, 31), "7.31");
  assertEquals(version(7, 45), "7.45");
  assertEquals(version(7, 46), "7.45");
});

for (const [major, minor] of [[7, 27], [7, 0], [6, 99], [0, 0]] as const) {
  Deno.test(`negotiate() throws OldVersionError at FUSE ${major}.${minor}`, () => {
    const error = assertThrows(
      () => negotiate(init({ major, minor })),
      OldVersionError,
    );
    assertEquals(`${error.kernel}`, `${major}.${minor}`);
  });
}

Deno.test("negotiate() answers a later major version with ours alone", () => {
  const response = negotiate(init({ major: 8, minor: 0 }), { maxWrite: 4096 });
  const { protocol, ...rest } = response;
  assertEquals(`${protocol}`, "7.45");
  assertEquals(rest, {
    flags: 0n,
    maxReadahead: 0,
    maxBackground: 0,
    congestionThreshold: 0,
    maxWrite: 0,
    timeGranNs: 1,
    maxPages: 0,
    mapAlignment: 0,
    maxStackDepth: 0,
    requestTimeoutS: 0,
  });
});

Deno.test("negotiate() reads ahead no more than the kernel and the option say", () => {
  const readahead = (options: MountOptions, maxReadahead = 131072): number =>
    negotiate(init({ maxReadahead }), options).maxReadahead;
  assertEquals(readahead({}), 131072);
  assertEquals(readahead({ maxReadahead: 4096 }), 4096);
  assertEquals(readahead({ maxReadahead: 0 }), 0);
  assertEquals(readahead({ maxReadahead: 1 << 20 }), 131072);
  assertEquals(readahead({}, 0), 0);
  assertEquals(readahead({}, 0xffff_ffff), 0xffff_ffff);
});

Deno.test("negotiate() passes the background limits on", () => {
  const options = { maxBackground: 64, congestionThreshold: 48 };
  const { maxBackground, congestionThreshold } = negotiate(init(), options);
  assertEquals({ maxBackground, congestionThreshold }, options);
});

/** How many pages a largest write takes up, with pages of a size. */
const PAGES: [maxWrite: number, pageSize: number, maxPages: number][] = [
  [4096, 4096, 1],
  [4097, 4096, 2],
  [131072, 4096, 32],
  [1 << 20, 4096, 256],
  [1 << 20, 65536, 16],
  [4096, 65536, 1],
  [65535 * 4096, 4096, 65535],
  [65536 * 4096, 4096, 65535],
];

for (const [maxWrite, pageSize, maxPages] of PAGES) {
  Deno.test(`negotiate() wants ${maxPages} pages of ${pageSize} for ${maxWrite} bytes`, () => {
    const response = negotiate(init(), { maxWrite }, pageSize);
    assertEquals(response.maxWrite, maxWrite);
    assertEquals(response.maxPages, maxPages);
  });
}
