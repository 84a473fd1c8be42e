/**
 * Whether a number of bytes that may have been rounded is exact: below 2^53. One
 * that is not was rounded to something that is not either.
 */
export function isSmall(bytes: number): boolean {
  return bytes <= Number.MAX_SAFE_INTEGER;
}
