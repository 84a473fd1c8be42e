/**
 * A place for replies where a test can read them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Reply } from "../../../fuse/message/reply.ts";
import {
  decodeRequest,
  type Request,
  type Responder,
  type Response,
} from "../../../fuse/mod.ts";
import { SAMPLES } from "./_samples.ts";

/** Where replies go instead of to a kernel. */
export class Sink implements Responder {
  readonly replies: Uint8Array[] = [];

  _send(reply: Reply): void {
    reply.finish();
    this.replies.push(reply.bytes.slice(0, reply.length));
  }
}

/** Decodes a sample, answers it, and returns the one reply. */
export function replyTo<R extends Request>(
  title: string,
  respond: (request: R) => void,
): Uint8Array {
  const sink = new Sink();
  respond(requestFor(title, sink) as R);
  assertEquals(sink.replies.length, 1);
  return sink.replies[0]!;
}

/** Answers a sample with a response object, and returns the one reply. */
export function replyWith(title: string, response: Response): Uint8Array {
  return replyTo<Answering<Response>>(
    title,
    (request) => request.respond(response),
  );
}

/** Decodes a sample whose replies go to `sink`. */
export function requestFor(title: string, sink: Responder): Request {
  const sample = SAMPLES.find((sample) => sample.title === title)!;
  const request = decodeRequest(sample.bytes);
  request.header.conn = sink;
  return request;
}

/** A request that is answered with a response object. */
export type Answering<T> = Request & { respond(response: T): void };

/** The header of a reply to any sample, as a dump. */
export function header(len: string, error = "00000000"): string {
  return `
    ${len}            len
    ${error}          error
    0280000000000080  unique
  `;
}
