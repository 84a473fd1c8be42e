/**
 * Limits: `<limits.h>`.
 *
 * @module
 */

/** The maximum length of a file name, in bytes. */
export const NAME_MAX = 255;
