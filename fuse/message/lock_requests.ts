import {
  checkBits,
  checkOptions,
  checkU32,
  checkU64Field,
} from "../../ffi/internal.ts";
import {
  FUSE_FILE_LOCK,
  FUSE_LK_IN,
  FUSE_LK_OUT,
  U64,
} from "../abi/internal.ts";
import {
  F_UNLCK,
  type LockFlags,
  lockFlagsString,
  type LockType,
  lockTypeString,
} from "../abi/mod.ts";
import { type Fields, named } from "./fields.ts";
import { BODY, type Frame } from "./frame.ts";
import { type Reply, REPLY_BODY } from "./reply.ts";
import { FieldsResponse, HandleRequest } from "./request.ts";

const { offset: IN, size: SIZE } = FUSE_LK_IN;
const { offset: LOCK } = FUSE_FILE_LOCK;

/** A lock on a range of a file's bytes. */
export interface FileLock {
  /** The first byte. */
  start: bigint;
  /** The last byte; 2^63 - 1 is the end of the file, even if it grows. */
  end: bigint;
  /** `F_RDLCK`, `F_WRLCK` or `F_UNLCK`. */
  type: LockType;
  /** The process that holds the lock; -1 for a process of another machine. */
  pid: number;
}

/** The base class of the requests about locks. */
export abstract class LockingRequest extends HandleRequest {
  /** @internal */
  readonly _lockOwner: U64 = new U64();
  readonly #start = new U64();
  readonly #end = new U64();
  #type: LockType = 0;
  #pid = 0;
  /** `FUSE_LK_FLOCK` for a lock of flock(2), which is on the whole file. */
  lockFlags: LockFlags = 0;

  /** The owner of the lock; locks of one owner do not conflict. */
  get lockOwner(): bigint {
    return this._lockOwner.big;
  }

  /** The lock; each access makes a new object. */
  get lock(): FileLock {
    return {
      start: this.#start.big,
      end: this.#end.big,
      type: this.#type,
      pid: this.#pid,
    };
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(SIZE);
    frame.read64(this._handle, IN.fh);
    frame.read64(this._lockOwner, IN.owner);
    frame.read64(this.#start, IN.lk + LOCK.start);
    frame.read64(this.#end, IN.lk + LOCK.end);
    this.#type = frame.u32(IN.lk + LOCK.type);
    this.#pid = frame.view.getInt32(BODY + IN.lk + LOCK.pid, true);
    this.lockFlags = frame.u32(IN.lk_flags);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const { handle, lockOwner } = this;
    const lockFlags = named(this.lockFlags, lockFlagsString);
    return { handle, lockOwner, ...lockFields(this.lock), lockFlags };
  }
}

function lockFields({ start, end, type, pid }: FileLock): Fields {
  return { start, end, type: named(type, lockTypeString), pid };
}

/** Asks for a lock that conflicts with the given lock: F_GETLK of fcntl(2). */
export class QueryLockRequest extends LockingRequest {
  /** The request's name. */
  readonly opname = "GETLK";
  /** @internal Reused with the request. */
  readonly _response: QueryLockResponse = new QueryLockResponse();

  /** Answers with the conflicting lock; type `F_UNLCK` if there is none. */
  respond(response: QueryLockResponse): void {
    this._respondWith(response);
  }
}

/** The lock that conflicts with the lock of the request. */
export class QueryLockResponse extends FieldsResponse {
  /** The lock; `F_UNLCK` if there is none. */
  lock: FileLock = { start: 0n, end: 0n, type: F_UNLCK, pid: 0 };

  /** @internal */
  override _encode(reply: Reply): void {
    reply.zeroBody(FUSE_LK_OUT.size);
    const { view } = reply;
    const at = REPLY_BODY + FUSE_LK_OUT.offset.lk;
    const { start, end, type, pid } = checkOptions("lock", this.lock);
    view.setBigUint64(
      at + LOCK.start,
      checkU64Field("lock.start", start),
      true,
    );
    view.setBigUint64(at + LOCK.end, checkU64Field("lock.end", end), true);
    view.setUint32(at + LOCK.type, checkU32("lock.type", type), true);
    view.setInt32(at + LOCK.pid, checkBits("lock.pid", pid), true);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return lockFields(this.lock);
  }
}

/**
 * Asks to acquire a lock without waiting: F_SETLK of fcntl(2), flock(2) with
 * LOCK_NB. If another lock conflicts, answer EAGAIN.
 *
 * The server handles locks with the options `lockingPosix` and `lockingFlock`;
 * otherwise the kernel does. An {@linkcode UnlockRequest} releases a lock. A
 * close of any file descriptor of the file releases fcntl(2) locks
 * (`FlushRequest.lockOwner`), and the last close releases a flock(2) lock
 * (`ReleaseRequest` with `FUSE_RELEASE_FLOCK_UNLOCK`).
 */
export class LockRequest extends LockingRequest {
  /** The request's name. */
  readonly opname = "SETLK";

  /** Answers that the lock has been acquired. */
  respond(): void {
    this._respond();
  }
}

/**
 * Asks to acquire a lock and to wait until it is free: F_SETLKW of fcntl(2),
 * flock(2). Other requests must be answered meanwhile. If the caller gives up,
 * `signal` is aborted and the answer is EINTR.
 */
export class LockWaitRequest extends LockingRequest {
  /** The request's name. */
  readonly opname = "SETLKW";

  /** Answers that the lock has been acquired. */
  respond(): void {
    this._respond();
  }
}

/** Asks to release locks on a range: SETLK or SETLKW of type `F_UNLCK`. */
export class UnlockRequest extends LockingRequest {
  /** The request's name. */
  readonly opname = "UNLOCK";

  /** Answers that the locks have been released. */
  respond(): void {
    this._respond();
  }
}

/** Whether a SETLK or SETLKW releases a lock; false if it is truncated. */
export function isUnlock(frame: Frame): boolean {
  return frame.end === BODY + SIZE && frame.u32(IN.lk + LOCK.type) === F_UNLCK;
}
