import { assertEquals } from "@std/assert";
import { initFlagsString } from "../../../fuse/mod.ts";
import * as constants from "../../../fuse/abi/constants.ts";

/** The names of the flags, with the bit of each. */
const NAMES: readonly [bit: bigint, name: string][] = [
  [0n, "InitAsyncRead"],
  [1n, "InitPOSIXLocks"],
  [2n, "InitFileOps"],
  [3n, "InitAtomicTrunc"],
  [4n, "InitExportSupport"],
  [5n, "InitBigWrites"],
  [6n, "InitDontMask"],
  [7n, "InitSpliceWrite"],
  [8n, "InitSpliceMove"],
  [9n, "InitSpliceRead"],
  [10n, "InitFlockLocks"],
  [11n, "InitHasIoctlDir"],
  [12n, "InitAutoInvalData"],
  [13n, "InitDoReaddirplus"],
  [14n, "InitReaddirplusAuto"],
  [15n, "InitAsyncDIO"],
  [16n, "InitWritebackCache"],
  [17n, "InitNoOpenSupport"],
  [18n, "InitParallelDirOps"],
  [19n, "InitHandleKillPriv"],
  [20n, "InitPosixACL"],
  [21n, "InitAbortError"],
  [22n, "InitMaxPages"],
  [23n, "InitCacheSymlinks"],
  [24n, "InitNoOpenDirSupport"],
  [25n, "InitExplicitInvalidateData"],
  [26n, "InitMapAlignment"],
  [27n, "InitSubMounts"],
  [28n, "InitHandleKillPrivV2"],
  [29n, "InitSetxattrExt"],
  [30n, "InitExt"],
  [31n, "0x80000000"],
  [32n, "InitSecurityCtx"],
  [33n, "InitHasInodeDAX"],
  [34n, "InitCreateSuppGroup"],
  [35n, "InitHasExpireOnly"],
  [36n, "InitDirectIOAllowMmap"],
  [37n, "InitPassthrough"],
  [38n, "InitNoExportSupport"],
  [39n, "InitHasResend"],
  [40n, "InitAllowIdmap"],
  [41n, "InitOverIOUring"],
  [42n, "InitRequestTimeout"],
  [43n, "0x80000000000"],
  [63n, "0x8000000000000000"],
];

/** The constants of 64 bits that are something else. */
const OTHERS = /^FUSE_(ROOT_ID|UNIQUE_RESEND|SETUPMAPPING_.*)$/;

for (const [bit, name] of NAMES) {
  Deno.test(`initFlagsString() calls bit ${bit} ${name}`, () => {
    assertEquals(initFlagsString(1n << bit), name);
  });
}

Deno.test("initFlagsString() joins names, and adds the rest in hexadecimal", () => {
  assertEquals(initFlagsString(0x21n), "InitAsyncRead+InitBigWrites");
  assertEquals(
    initFlagsString(1n << 63n | 1n << 42n | 1n << 31n | 1n),
    "InitAsyncRead+InitRequestTimeout+0x8000000080000000",
  );
});

Deno.test("initFlagsString() of no flags is 0", () => {
  assertEquals(initFlagsString(0n), "0");
});

Deno.test("initFlagsString() has a name for every flag of constants.ts", () => {
  for (const [name, value] of Object.entries(constants)) {
    if (typeof value !== "bigint" || OTHERS.test(name)) continue;
    assertEquals([name, initFlagsString(value).startsWith("Init")], [
      name,
      true,
    ]);
  }
});
