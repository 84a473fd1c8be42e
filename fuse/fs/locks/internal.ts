/**
 * File locks: their owners, and the processes that wait for them.
 *
 * @module
 */

export { LockTable, type OwnedLock, ownedLock } from "./table.ts";
export { LockWaits, type Waiter } from "./waits.ts";
