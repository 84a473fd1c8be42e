/**
 * Whether a number of bytes is exact: below 2^53. A larger number that was
 * rounded is still not below 2^53.
 */
export function isSmall(bytes: number): boolean {
  return bytes <= Number.MAX_SAFE_INTEGER;
}
