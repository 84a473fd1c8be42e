import type { Fields } from "../message/internal.ts";
import {
  type DebugMessage,
  errorText,
  type ReplyMessage,
  type RequestMessage,
} from "./trace.ts";

/**
 * Writes the messages of a connection as strace(1) writes system calls: a
 * request, and behind it the answer. A request without an answer stays visible
 * at the end of the text; when another message comes in between, the line is
 * left unfinished and resumed later.
 */
export class Strace {
  readonly #write: (text: string) => void;
  /** The request that the last line ends with, if it lacks its answer. */
  #open: bigint | undefined;

  /** @param write Where the text goes, a part of a line at a time. */
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
        this.#interrupt();
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
    this.#interrupt();
    const all = { node: header.node, ...fields };
    this.#write(`${clock(timeMs)} ${pid(header.pid)}${opname}(${list(all)})`);
    if (message.wantsReply) this.#open = header.id;
    else this.#write("\n");
  }

  #addReply(message: ReplyMessage): void {
    const { timeMs, id, opname, errno, fields, durationMs } = message;
    if (this.#open === id) this.#open = undefined;
    else {
      this.#interrupt();
      this.#write(`${clock(timeMs)} <... ${opname} ${hex(id)} resumed>`);
    }
    const said = list(fields);
    this.#write(
      ` = ${errorText(errno)}${said && ` {${said}}`} <${
        (durationMs / 1000).toFixed(6)
      }>${message.delivered ? "" : " (nobody waited)"}\n`,
    );
  }

  /** Leaves a line that lacks its answer. */
  #interrupt(): void {
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

/** Who asks; the kernel itself has no number. */
function pid(number: number): string {
  return number === 0 ? "" : `[pid ${number}] `;
}

/** The time of day, to the microsecond. */
function clock(timeMs: number): string {
  const us = `${Math.floor(timeMs % 1 * 1000)}`.padStart(3, "0");
  return `${new Date(timeMs).toISOString().slice(11, -1)}${us}`;
}
