/**
 * Opens libc so that TypeScript can read the errno of each call.
 *
 * @module
 */

import { cString } from "./c_string.ts";
import {
  type Code,
  errnoStubs,
  sharedObject,
  type Target,
} from "./errno_stubs/internal.ts";
import { platform } from "./platform.ts";
import {
  functionAddresses,
  isPermissionError,
  openLibrary,
  type Symbols,
  type SymbolTable,
} from "./runtime.ts";

const MFD_CLOEXEC = 0x1;
/** Required where `vm.memfd_noexec` is set; kernels before 6.3 refuse it. */
const MFD_EXEC = 0x10;
const F_DUPFD_CLOEXEC = 1030;

/** The number of paths to try; a thread opens few libraries. */
const ATTEMPTS = 16;

const LOADER = {
  // int memfd_create(const char *name, unsigned int flags);
  memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
  // ssize_t write(int fd, const void *buf, size_t count);
  write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  // int fcntl(int fd, int op, ... /* arg */);
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  // int close(int fd);
  close: { parameters: ["i32"], result: "i32" },
  // pid_t gettid(void);
  gettid: { parameters: [], result: "i32" },
} as const;

/**
 * Returns libc's functions behind stubs, which save errno in `h_errno`; a
 * nonblocking function returns `-errno` instead of -1.
 *
 * @returns The functions, or undefined if the system allows no stubs.
 */
export function openStubs<const T extends SymbolTable>(
  table: T,
): Symbols<T> | undefined {
  const { arch, errnoLocation, hErrnoLocation, libc } = platform();
  if (hErrnoLocation === null) return undefined;

  const functions = Object.entries(table).map(([name, symbol]) => ({
    name,
    cName: symbol.name ?? name,
    negated: "nonblocking" in symbol && symbol.nonblocking === true,
  }));
  const addresses = functionAddresses(libc, [
    errnoLocation,
    hErrnoLocation,
    ...functions.map(({ cName }) => cName),
  ]);
  const targets = new Map<string, Target>();
  for (const { name, cName, negated } of functions) {
    const address = addresses.get(cName);
    if (address !== undefined) targets.set(name, { address, negated });
  }
  const code = errnoStubs(
    arch,
    addresses.get(errnoLocation)!,
    addresses.get(hErrnoLocation)!,
    targets,
  );
  const unnamed = Object.fromEntries(
    Object.entries(table).map(([name, { name: _, ...symbol }]) => [
      name,
      symbol,
    ]),
  );
  return openCode(libc, { ...code, name: nameOf(code) }, unnamed) as
    | Symbols<T>
    | undefined;
}

/** Returns a name that no other code in this process has. */
function nameOf({ bytes, functions }: Omit<Code, "name">): string {
  const names = new TextEncoder().encode([...functions.keys()].join());
  // FNV-1a twice, with two different initial values.
  const hashes = [0x811c9dc5, 0x01000193].map((hash) => {
    for (const part of [bytes, names]) {
      for (const byte of part) hash = Math.imul(hash ^ byte, 0x01000193);
    }
    return (hash >>> 0).toString(16);
  });
  return `hostkit-errno-stubs-${hashes.join("-")}`;
}

/** Opens machine code as a library; undefined if the system forbids that. */
function openCode(
  libc: string,
  code: Code,
  table: SymbolTable,
): Symbols<SymbolTable> | undefined {
  try {
    // Another thread may have opened this code, which is never closed.
    return openLibrary(code.name, table);
  } catch (error) {
    if (isPermissionError(error)) throw error;
  }
  const { memfd_create, write, fcntl, close, gettid } = openLibrary(
    libc,
    LOADER,
  );
  const mark = crypto.randomUUID();
  const functions = new Map(code.functions).set(mark, 0);
  const file = sharedObject({ ...code, functions });

  const name = cString("errno-stubs");
  let fd = memfd_create(name, MFD_CLOEXEC | MFD_EXEC);
  if (fd < 0) fd = memfd_create(name, MFD_CLOEXEC);
  if (fd < 0) return undefined;
  const path = () => `/proc/self/task/${gettid()}/fd/${fd}`;
  const marked = { ...table, [mark]: { parameters: [], result: "void" } };
  try {
    if (write(fd, file, BigInt(file.length)) !== file.length) return undefined;
    // If the dynamic linker has loaded a library from this path before, it
    // returns that library. Only ours has the symbol `mark`, so opening any
    // other library fails; the next descriptor then gives another path.
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        return openLibrary(path(), marked as SymbolTable);
      } catch (error) {
        // No other path would be allowed either: the caller gets the error.
        if (isPermissionError(error)) throw error;
        const next = fcntl(fd, F_DUPFD_CLOEXEC, fd + 1);
        if (next < 0) return undefined;
        close(fd);
        fd = next;
      }
    }
    return undefined;
  } finally {
    close(fd);
  }
}
