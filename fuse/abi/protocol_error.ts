/**
 * The error for a request that breaks the FUSE protocol: too short, too long,
 * or with a name that lacks its NUL.
 */
export class ProtocolError extends Error {
  /** The class's name. */
  override readonly name = "ProtocolError";
  /** The error that the server answers such a request with. */
  readonly code = "EIO";
}
