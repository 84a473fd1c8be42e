/** A node's number, unique among the nodes that the kernel remembers. */
export type NodeID = bigint;

/** The number of an open file or directory, unique among those of the mount. */
export type HandleID = bigint;

/** A request's number, unique among the requests in flight. */
export type RequestID = bigint;

/** The owner of a lock, as an opaque number that the kernel chose. */
export type LockOwner = bigint;
