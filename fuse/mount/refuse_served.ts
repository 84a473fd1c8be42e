import { SyscallError } from "../../ffi/mod.ts";
import { EDEADLK } from "../../posix/mod.ts";
import { servedAbove } from "../conn/internal.ts";
import { realpath } from "./resolve.ts";

/**
 * Refuses a path that leads into a file system which this thread serves: to
 * open it here would wait for itself. It goes by the text, since to follow a
 * symbolic link might be just that.
 *
 * @throws {SyscallError} EDEADLK
 */
export function refuseServed(syscall: string, path: string): void {
  const above = servedAbove(`${absolute(path)}/`);
  if (above === undefined) return;
  throw new SyscallError(syscall, EDEADLK, {
    path,
    hint: `this thread serves ${above.mountpoint}: use another one`,
  });
}

/** Returns an absolute path without `.`, `..` and empty names. */
function absolute(path: string): string {
  const names: string[] = [];
  const whole = path.startsWith("/") ? path : `${realpath(".")}/${path}`;
  for (const name of whole.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return `/${names.join("/")}`;
}
