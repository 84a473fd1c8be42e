import { SyscallError } from "../../ffi/mod.ts";
import { EDEADLK } from "../../posix/mod.ts";
import { servedAbove } from "../conn/internal.ts";
import { realpath } from "./resolve.ts";

/**
 * Throws for a path into a file system that this thread serves, since opening
 * it here would deadlock. This compares the text of the path, since following a
 * symbolic link could itself deadlock.
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
