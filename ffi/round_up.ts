/** Rounds a number up to a multiple of `alignment`. */
export function roundUp(n: number, alignment: number): number {
  return Math.ceil(n / alignment) * alignment;
}
