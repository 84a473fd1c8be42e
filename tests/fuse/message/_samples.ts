/**
 * A request of each kind as the kernel sends it, made from `<linux/fuse.h>`.
 *
 * @module
 */

import type { Sample } from "./_sample.ts";
import { FILE_SAMPLES } from "./_samples_files.ts";
import { HANDLE_SAMPLES } from "./_samples_handles.ts";
import { LOCK_SAMPLES } from "./_samples_locks.ts";
import { NAME_SAMPLES } from "./_samples_names.ts";
import { NODE_SAMPLES } from "./_samples_nodes.ts";
import { SESSION_SAMPLES } from "./_samples_session.ts";
import { XATTR_SAMPLES } from "./_samples_xattrs.ts";

export { HEADER, HEADER_TEXT } from "./_sample.ts";

export const SAMPLES: readonly Sample[] = [
  ...NODE_SAMPLES,
  ...NAME_SAMPLES,
  ...HANDLE_SAMPLES,
  ...FILE_SAMPLES,
  ...XATTR_SAMPLES,
  ...LOCK_SAMPLES,
  ...SESSION_SAMPLES,
];
