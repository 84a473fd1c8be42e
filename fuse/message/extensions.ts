import {
  FUSE_EXT_HEADER,
  FUSE_SECCTX,
  FUSE_SECCTX_HEADER,
  FUSE_SUPP_GROUPS,
} from "../abi/internal.ts";
import {
  FUSE_EXT_GROUPS,
  FUSE_MAX_NR_SECCTX,
  ProtocolError,
} from "../abi/mod.ts";
import { BODY, type Frame } from "./frame.ts";
import { Request } from "./request.ts";

/** The security context that a security module assigns to a new node. */
export interface SecurityContext {
  /** The name of the extended attribute to set, e.g. `"security.selinux"`. */
  readonly name: string;
  /** The attribute's value, a copy. */
  readonly value: Uint8Array<ArrayBuffer>;
}

const NO_CONTEXTS: readonly SecurityContext[] = [];
const NO_GROUPS: readonly number[] = [];

/** A request that makes a node and may carry extensions. */
export abstract class CreationRequest extends Request {
  /**
   * Extended attributes to set on the new node before it becomes visible. Only
   * with `FUSE_SECURITY_CTX` and a security module that labels files.
   */
  securityContexts: readonly SecurityContext[] = NO_CONTEXTS;
  /**
   * The directory's group, if it is one of the caller's supplementary groups;
   * otherwise empty. Only with `FUSE_CREATE_SUPP_GROUP`.
   */
  supplementaryGroups: readonly number[] = NO_GROUPS;

  /** @internal */
  _decodeExtensions(frame: Frame): void {
    this.securityContexts = NO_CONTEXTS;
    this.supplementaryGroups = NO_GROUPS;
    for (let at = frame.end; at < frame.length;) {
      const { size, type } = recordAt(frame, at);
      if (type <= FUSE_MAX_NR_SECCTX) {
        this.securityContexts = contextsAt(frame, at, at + size, type);
      } else if (type === FUSE_EXT_GROUPS) {
        this.supplementaryGroups = groupsAt(frame, at, at + size);
      }
      at += align(size);
    }
  }

  /** @internal The fields of the extensions, if there are any. */
  override _fields(): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    if (this.securityContexts.length > 0) {
      fields.securityContexts = this.securityContexts.map(({ name }) => name)
        .join();
    }
    if (this.supplementaryGroups.length > 0) {
      fields.supplementaryGroups = this.supplementaryGroups.join();
    }
    return fields;
  }
}

/** Rounds a length up to the alignment of records. */
function align(length: number): number {
  return Math.ceil(length / 8) * 8;
}

function malformed(frame: Frame): ProtocolError {
  return new ProtocolError(
    `Opcode ${frame.opcode} has an extension that is cut off`,
  );
}

/** Reads the header of an extension; its 8 bytes must be present. */
function recordAt(frame: Frame, at: number): { size: number; type: number } {
  const { offset, size: head } = FUSE_EXT_HEADER;
  const size = frame.view.getUint32(at + offset.size, true);
  const type = frame.view.getUint32(at + offset.type, true);
  if (size < head || size > frame.length - at) throw malformed(frame);
  return { size, type };
}

function contextsAt(
  frame: Frame,
  start: number,
  end: number,
  count: number,
): SecurityContext[] {
  const { offset, size: head } = FUSE_SECCTX;
  let at = start + FUSE_SECCTX_HEADER.size;
  return Array.from({ length: count }, () => {
    const nameAt = at + head;
    const nameEnd = frame.bytes.indexOf(0, nameAt);
    if (nameEnd <= nameAt || nameEnd >= end) throw malformed(frame);
    const size = frame.view.getUint32(at + offset.size, true);
    const valueAt = nameEnd + 1;
    if (size > end - valueAt) throw malformed(frame);
    at = start + align(valueAt + size - start);
    return {
      name: frame.text(nameAt - BODY, nameEnd - BODY),
      value: frame.bytes.slice(valueAt, valueAt + size),
    };
  });
}

function groupsAt(frame: Frame, start: number, end: number): number[] {
  const at = start + FUSE_EXT_HEADER.size;
  const { offset, size: head } = FUSE_SUPP_GROUPS;
  if (end - at < head) throw malformed(frame);
  const count = frame.view.getUint32(at + offset.nr_groups, true);
  if (count > (end - at - head) / 4) throw malformed(frame);
  return Array.from(
    { length: count },
    (_, i) => frame.view.getUint32(at + head + 4 * i, true),
  );
}
