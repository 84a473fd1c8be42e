/**
 * A request of each kind as the kernel sends it, made from `<linux/fuse.h>`.
 *
 * @module
 */

import type { Sample } from "./_sample.ts";
import { DATA_SAMPLES } from "./_samples_data.ts";
import { NAME_SAMPLES } from "./_samples_names.ts";
import { READ_SAMPLES } from "./_samples_read.ts";

export { HEADER, HEADER_TEXT } from "./_sample.ts";

export const SAMPLES: readonly Sample[] = [
  ...READ_SAMPLES,
  ...NAME_SAMPLES,
  ...DATA_SAMPLES,
];
