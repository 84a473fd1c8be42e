/**
 * The other end of `client_process.ts`: runs the functions that it receives.
 *
 * @module
 */

import { libc } from "../../ffi/libc.ts";
import {
  type Answer,
  receiveMessage,
  sendMessage,
  SOCKET_FD,
  type Work,
} from "./client_process.ts";
import * as sys from "./sys/mod.ts";

const F_SETFD = 2;
const FD_CLOEXEC = 1;

function revive(source: string): unknown {
  // A method's shorthand is none of the forms that a function is given in.
  // deno-lint-ignore no-eval -- it is a function of a test
  return (0, eval)(`(${source})`);
}

async function answerTo(work: Work): Promise<Answer> {
  try {
    const args = work.args.map((arg, i) =>
      work.functions.includes(i) ? revive(arg as string) : arg
    );
    const body = revive(work.body) as (...args: unknown[]) => unknown;
    return { value: await body(sys, ...args) };
  } catch (error) {
    const { message, stack, code } = error instanceof Error
      ? error as Error & { code?: string }
      : new Error(String(error)) as Error & { code?: string };
    return { error: { message, code, stack: stack ?? "" } };
  } finally {
    if (work.clean) {
      sys.closeAll();
      sys.umask(0o022);
      sys.chdir("/");
    }
  }
}

async function main(): Promise<void> {
  libc().fcntl(SOCKET_FD, F_SETFD, FD_CLOEXEC);
  for (;;) {
    const work = receiveMessage<Work>(SOCKET_FD);
    if (work === undefined) return;
    sendMessage(SOCKET_FD, await answerTo(work));
  }
}

if (import.meta.main) main();
