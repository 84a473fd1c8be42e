import type { Fields } from "../message/internal.ts";
import {
  type DebugMessage,
  errorText,
  type ReplyMessage,
  type RequestMessage,
} from "./trace.ts";

/**
 * A writer of a connection's messages in the style of strace(1): each line is a
 * request followed by its answer. A request that has no answer yet is the last
 * line. When another message comes first, the line is marked as unfinished and
 * resumed later.
 */
export class Strace {
  readonly #write: (text: string) => void;
  /** The id of the request on the last line, if it has no answer yet. */
  #open: bigint | undefined;

  /** @param write Called with the text, one part of a line at a time. */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Writes one message. */
  add(message: DebugMessage): void {
    switch (message.kind) {
      case "request":
        return this.#addRequest(message);
      case "reply":
        return this.#addReply(message);
      case "notification": {
        const { timeMs, name, fields, errno } = message;
        this.#leaveUnfinished();
        this.#write(
          `${clock(timeMs)} NOTIFY_${name}(${list(fields)}) = ${
            errorText(errno)
          }\n`,
        );
      }
    }
  }

  #addRequest(message: RequestMessage): void {
    const { timeMs, request: { header, opname }, fields } = message;
    this.#leaveUnfinished();
    const all = { node: header.node, ...fields };
    this.#write(`${clock(timeMs)} ${pid(header.pid)}${opname}(${list(all)})`);
    if (message.wantsReply) this.#open = header.id;
    else this.#write("\n");
  }

  #addReply(message: ReplyMessage): void {
    const { timeMs, id, opname, errno, fields, durationMs } = message;
    if (this.#open === id) this.#open = undefined;
    else {
      this.#leaveUnfinished();
      this.#write(`${clock(timeMs)} <... ${opname} ${hex(id)} resumed>`);
    }
    const said = list(fields);
    this.#write(
      ` = ${errorText(errno)}${said && ` {${said}}`} <${
        (durationMs / 1000).toFixed(6)
      }>${message.delivered ? "" : " (nobody waited)"}\n`,
    );
  }

  /** Marks the last line as unfinished, if its request has no answer yet. */
  #leaveUnfinished(): void {
    if (this.#open === undefined) return;
    this.#write(` <unfinished ${hex(this.#open)} ...>\n`);
    this.#open = undefined;
  }
}

function list(fields: Fields): string {
  return Object.entries(fields).map(([name, value]) =>
    `${name}=${typeof value === "string" ? JSON.stringify(value) : value}`
  ).join(", ");
}

function hex(id: bigint): string {
  return `0x${id.toString(16)}`;
}

/** Returns the caller's process ID, or nothing for the kernel itself. */
function pid(number: number): string {
  return number === 0 ? "" : `[pid ${number}] `;
}

/** Returns the time of day with microseconds. */
function clock(timeMs: number): string {
  const us = `${Math.floor(timeMs % 1 * 1000)}`.padStart(3, "0");
  return `${new Date(timeMs).toISOString().slice(11, -1)}${us}`;
}
