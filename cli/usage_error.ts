/** The error of an invalid command line: exit status 2. */
export class UsageError extends Error {
  /** The class's name. */
  override readonly name = "UsageError";
}
