/**
 * Flags of setxattr(2): sys/xattr.h.
 *
 * @module
 */

import { byPlatform } from "./_by_platform.ts";
import type { XattrFlags } from "./flags.ts";

/** Fail with `EEXIST` if the attribute exists. */
export const XATTR_CREATE: XattrFlags = byPlatform({ linux: 1, darwin: 2 });
/** Fail with `ENODATA` unless the attribute exists. */
export const XATTR_REPLACE: XattrFlags = byPlatform({ linux: 2, darwin: 4 });
