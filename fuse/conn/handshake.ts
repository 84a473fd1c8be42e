import { libc } from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { EBUSY, EIO } from "../../posix/mod.ts";
import { FUSE_OVER_IO_URING, type Protocol } from "../abi/mod.ts";
import { Device, overIoUring, UringDevice } from "../channel/internal.ts";
import { negotiate } from "../message/internal.ts";
import {
  type InitOptions,
  InitRequest,
  type InitResponse,
  type Request,
} from "../message/mod.ts";
import type { Wire } from "./wire.ts";

/** The error when the kernel closes the connection before INIT. */
export class ClosedWithoutInitError extends Error {
  /** The class's name. */
  override readonly name = "ClosedWithoutInitError";

  /** Makes the error. */
  constructor() {
    super("The FUSE connection was closed before INIT: unmounted meanwhile?");
  }
}

/** The requests of a connection, one by one. */
export interface Requests {
  /** Reads the next request; `null` when the session is over. */
  readRequest(): Promise<Request | null>;
}

/** What kernel and library agreed on. */
export interface Agreed {
  /** The protocol version. */
  readonly protocol: Protocol;
  /** The `FUSE_*` INIT flags in force, both words. */
  readonly features: bigint;
}

/**
 * Answers INIT, and moves the connection to io_uring if the options ask for it.
 *
 * @param requests The connection that reads from `wire`.
 * @throws {ClosedWithoutInitError} If the session ends before INIT.
 * @throws {SyscallError} EBUSY if the first request is not INIT.
 */
export async function handshake(
  requests: Requests,
  wire: Wire,
  options: InitOptions,
): Promise<Agreed> {
  for (;;) {
    const request = await requests.readRequest();
    if (request === null) throw new ClosedWithoutInitError();
    if (!(request instanceof InitRequest)) {
      wire.refuseFrame(wire.current, EIO);
      throw new SyscallError("mount", EBUSY, {
        hint: `${request.opname} instead of INIT: ` +
          "another program has begun the session",
      });
    }
    const pageSize = libc().getpagesize();
    const response = answer(request, wire, options, pageSize);
    request.respond(response);
    const { protocol, flags } = response;
    const { channel } = wire;
    const isRefused = channel instanceof UringDevice &&
      !channel.start(response, pageSize);
    if (protocol.major !== request.protocol.major) continue;
    const features = isRefused ? flags & ~FUSE_OVER_IO_URING : flags;
    return { protocol, features };
  }
}

/** Returns the answer to INIT; answers an error if there can be none. */
function answer(
  request: InitRequest,
  wire: Wire,
  options: InitOptions,
  pageSize: number,
): InitResponse {
  try {
    if (options.overIoUring && request.flags & FUSE_OVER_IO_URING) {
      wire.channel = overIoUring(wire.channel);
    }
    // Without a ring the feature must be refused: the kernel would wait for
    // the ring.
    const own = wire.channel instanceof Device
      ? { ...options, overIoUring: false }
      : options;
    return negotiate(request, own, pageSize);
  } catch (error) {
    request.respondError(error);
    throw error;
  }
}
