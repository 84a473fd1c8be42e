/**
 * Limits: `<limits.h>`.
 *
 * @module
 */

/** The longest file name, in bytes. */
export const NAME_MAX = 255;
