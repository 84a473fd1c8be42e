/** A node's number, unique among those the kernel has not forgotten. */
export type NodeID = bigint;

/** An open file's or directory's number, unique among those that are open. */
export type HandleID = bigint;

/** A request's number, unique among those in flight. */
export type RequestID = bigint;

/** Whoever holds a lock, as a number that the kernel made up. */
export type LockOwner = bigint;
