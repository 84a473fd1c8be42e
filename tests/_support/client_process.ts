/**
 * A client written in TypeScript: functions that run in another process, with
 * system calls in their hands. It needs nothing installed, and a call takes
 * less than a millisecond, since the process stays for the next one.
 *
 * @module
 */

import { deserialize, serialize } from "node:v8";
import { errno, libc, linuxLibc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import { exitOf, spawn } from "../../fuse/mount/spawn.ts";
import type { HostFd } from "../../hostfd/host_fd.ts";
import { socketpair } from "../../hostfd/unix_socket.ts";
import { ECONNRESET } from "../../posix/constants_errno.ts";
import { denoCommand } from "./platform.ts";
import type * as sys from "./sys/mod.ts";

/** What the functions have: `./sys/mod.ts`. */
export type Sys = typeof sys;

/** What a client has to do: the source of functions, and values. */
export interface Work {
  readonly body: string;
  readonly args: readonly unknown[];
  /** Which of the arguments are functions, given as their source. */
  readonly functions: readonly number[];
  /** Whether what the function leaves open is closed at its end. */
  readonly clean: boolean;
}

/** What came of it. */
export interface Answer {
  readonly value?: unknown;
  readonly error?: { message: string; code: string | undefined; stack: string };
}

/** Which descriptor of the client is the socket. */
export const SOCKET_FD = 3;

const LIMIT_MS = 100_000;
const POLLIN = 1;
const SIGKILL = 9;

/** A process that runs functions, one after the other. */
export class ClientProcess implements AsyncDisposable {
  /** Its process id. */
  readonly pid: number;
  readonly #socket: HostFd;

  /**
   * Starts it.
   *
   * @param before The words before Deno's, such as those of setpriv(1).
   */
  constructor(before: readonly string[] = []) {
    const [ours, theirs] = socketpair();
    using _theirs = theirs;
    const [program, ...args] = [
      ...before,
      ...denoCommand,
      ...["run", "--quiet", "--no-config", "--no-lock", "--no-check"],
      ...["--no-prompt", "--allow-all"],
      import.meta.resolve("./_client_main.ts"),
    ];
    this.#socket = ours;
    this.pid = spawn(program!, args, {
      env: { ...Deno.env.toObject(), NO_COLOR: "1" },
      fds: [[theirs.fd, SOCKET_FD]],
    });
  }

  /**
   * Runs a function in the process. Its source is sent, so it may use nothing
   * but its parameters and what every program has.
   *
   * What it leaves open stays so for the next one.
   *
   * @param body The function.
   * @param args Its further arguments: whatever can be cloned, and functions,
   * for which the same holds.
   * @returns What it returns.
   * @throws {Error} What it throws, with the `code` of a system call's error;
   * or if it takes more than 100 seconds, which ends the process.
   */
  run<A extends unknown[], T>(
    body: (sys: Sys, ...args: A) => T,
    ...args: A
  ): Promise<Awaited<T>> {
    return this._run(body, args, false);
  }

  /** @internal The same; what it leaves open is closed if `clean`. */
  async _run<A extends unknown[], T>(
    body: (sys: Sys, ...args: A) => T,
    args: A,
    clean: boolean,
  ): Promise<Awaited<T>> {
    const functions = [...args.keys()].filter((i) =>
      typeof args[i] === "function"
    );
    const values = args.map((arg) =>
      typeof arg === "function" ? String(arg) : arg
    );
    const work: Work = { body: String(body), args: values, functions, clean };
    sendMessage(this.#socket.fd, work);
    if (!await isReadable(this.#socket.fd)) {
      this.kill(SIGKILL);
      throw new Error(`Not done after ${LIMIT_MS} ms: ${body}`);
    }
    const answer = receiveMessage<Answer>(this.#socket.fd);
    if (answer === undefined) throw new Error(`The client ended in ${body}`);
    if (answer.error !== undefined) throw errorOf(answer.error);
    return answer.value as Awaited<T>;
  }

  /** Sends it a signal. */
  kill(signal: number): void {
    linuxLibc().kill(this.pid, signal);
  }

  /** Lets it go, without waiting for its end. */
  release(): void {
    this.#socket[Symbol.dispose]();
  }

  /** Waits for its end; returns its exit status, or 128 and the signal. */
  async end(): Promise<number | undefined> {
    this.release();
    return await exitOf(this.pid);
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

/** Those with nothing to do. */
const idle: ClientProcess[] = [];

addEventListener("unload", () => {
  for (const client of idle.splice(0)) client.release();
});

/**
 * Runs a function in another process, as {@linkcode ClientProcess.run}. What it
 * leaves open is closed at its end; those that run at the same time have a
 * process each.
 *
 * @param mnt The mount point, which is its first argument.
 * @param body The function.
 * @param args Its further arguments.
 */
export async function inClient<A extends unknown[], T>(
  mnt: string,
  body: (sys: Sys, mnt: string, ...args: A) => T,
  ...args: A
): Promise<Awaited<T>> {
  const client = idle.pop() ?? new ClientProcess();
  let alive = true;
  try {
    return await client._run(body, [mnt, ...args], true);
  } catch (error) {
    alive = error instanceof ClientError;
    throw error;
  } finally {
    if (alive) idle.push(client);
    else await client.end();
  }
}

/**
 * Calls a function of a module in another process, as {@linkcode inClient}.
 *
 * @param module The module's URL.
 * @param name The export that is called.
 * @param args Its arguments, whatever can be cloned.
 */
export function callInClient(
  module: string,
  name: string,
  ...args: unknown[]
): Promise<unknown> {
  return inClient(
    module,
    async (_, module, name, args) => (await import(module))[name](...args),
    name,
    args,
  );
}

/** What a function threw in the other process. */
export class ClientError extends Error {
  override readonly name = "ClientError";
  /** The name of a system call's error. */
  readonly code: string | undefined;

  /** Describes it. */
  constructor(message: string, code: string | undefined, stack: string) {
    super(`${message}\nin the client:\n${stack}`);
    this.code = code;
  }
}

function errorOf({ message, code, stack }: Answer["error"] & object): Error {
  return new ClientError(message, code, stack);
}

async function isReadable(fd: number): Promise<boolean> {
  const view = new DataView(new ArrayBuffer(8));
  view.setInt32(0, fd, true);
  view.setInt16(4, POLLIN, true);
  const bytes = new Uint8Array(view.buffer);
  return await libc().pollAsync(bytes, 1n, LIMIT_MS) > 0;
}

/** Sends a value that can be cloned. */
export function sendMessage(fd: number, value: unknown): void {
  const body = serialize(value);
  const bytes = new Uint8Array(4 + body.length);
  new DataView(bytes.buffer).setUint32(0, body.length, true);
  bytes.set(body, 4);
  for (let at = 0; at < bytes.length;) {
    const rest = bytes.subarray(at);
    const n = libc().write(fd, rest, BigInt(rest.length));
    if (n < 0) throw new SyscallError("write", errno());
    at += n;
  }
}

/** Receives a value; `undefined` when the other end is closed. */
export function receiveMessage<T>(fd: number): T | undefined {
  const head = receive(fd, 4);
  if (head === undefined) return undefined;
  const body = receive(fd, new DataView(head.buffer).getUint32(0, true));
  return body && deserialize(body);
}

function receive(
  fd: number,
  size: number,
): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const rest = bytes.subarray(at);
    const n = libc().read(fd, rest, BigInt(rest.length));
    // It may have ended before it had read all.
    if (n === 0 || n < 0 && errno() === ECONNRESET) return undefined;
    if (n < 0) throw new SyscallError("read", errno());
    at += n;
  }
  return bytes;
}
