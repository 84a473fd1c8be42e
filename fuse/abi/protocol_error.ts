/**
 * Request bytes that break the FUSE protocol: too short, too long, or with a
 * name that does not end.
 */
export class ProtocolError extends Error {
  /** The class's name. */
  override readonly name = "ProtocolError";
  /** How the server answers such a request. */
  readonly code = "EIO";
}
