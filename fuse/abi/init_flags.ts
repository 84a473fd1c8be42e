import { checkU64 } from "../../ffi/internal.ts";

/** The name of each INIT flag, by bit. */
const NAMES: readonly (string | undefined)[] = [
  "InitAsyncRead",
  "InitPOSIXLocks",
  "InitFileOps",
  "InitAtomicTrunc",
  "InitExportSupport",
  "InitBigWrites",
  "InitDontMask",
  "InitSpliceWrite",
  "InitSpliceMove",
  "InitSpliceRead",
  "InitFlockLocks",
  "InitHasIoctlDir",
  "InitAutoInvalData",
  "InitDoReaddirplus",
  "InitReaddirplusAuto",
  "InitAsyncDIO",
  "InitWritebackCache",
  "InitNoOpenSupport",
  "InitParallelDirOps",
  "InitHandleKillPriv",
  "InitPosixACL",
  "InitAbortError",
  "InitMaxPages",
  "InitCacheSymlinks",
  "InitNoOpenDirSupport",
  "InitExplicitInvalidateData",
  "InitMapAlignment",
  "InitSubMounts",
  "InitHandleKillPrivV2",
  "InitSetxattrExt",
  "InitExt",
  undefined,
  "InitSecurityCtx",
  "InitHasInodeDAX",
  "InitCreateSuppGroup",
  "InitHasExpireOnly",
  "InitDirectIOAllowMmap",
  "InitPassthrough",
  "InitNoExportSupport",
  "InitHasResend",
  "InitAllowIdmap",
  "InitOverIOUring",
  "InitRequestTimeout",
];

/**
 * Returns the names of INIT flags, joined by `+`.
 *
 * @param flags Both flag words as one 64-bit number.
 * @returns e.g. `"InitAsyncRead+InitBigWrites"`, with bits without a
 * name in hexadecimal; `"0"` if no bit is set.
 *
 * @example Usage
 * ```ts
 * import { initFlagsString } from "@hostkit/hostkit/fuse";
 *
 * console.assert(initFlagsString(0x21n) === "InitAsyncRead+InitBigWrites");
 * ```
 */
export function initFlagsString(flags: bigint): string {
  checkU64("flags", flags);
  const names: string[] = [];
  let rest = flags;
  for (const [bit, name] of NAMES.entries()) {
    const mask = 1n << BigInt(bit);
    if (name === undefined || (flags & mask) === 0n) continue;
    names.push(name);
    rest &= ~mask;
  }
  if (rest !== 0n) names.push(`0x${rest.toString(16)}`);
  return names.join("+") || "0";
}
