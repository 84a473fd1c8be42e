/** A command line that cannot be understood: exit status 2. */
export class UsageError extends Error {
  /** The class's name. */
  override readonly name = "UsageError";
}
