/**
 * Functions that open or create memory and map it.
 *
 * @module
 */

import {
  badType,
  checkChoice,
  checkCount,
  cString,
  errno,
  libc,
  toUnsigned,
} from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import {
  addSeals,
  close,
  ENODEV,
  fstat,
  ftruncate,
  getpagesize,
  MADV_HUGEPAGE,
  MADV_POPULATE_READ,
  MADV_POPULATE_WRITE,
  madvise,
  MAP_ANONYMOUS,
  MAP_HUGETLB,
  MAP_NORESERVE,
  MAP_PRIVATE,
  MAP_SHARED,
  memfdCreate,
  MFD_ALLOW_SEALING,
  MFD_CLOEXEC,
  MFD_HUGETLB,
  O_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  PROT_RDWR,
  S_ISDIR,
  S_ISREG,
} from "../posix/mod.ts";
import { toPath } from "./_arguments.ts";
import { hugeBits, mapFromPool } from "./_huge_pages.ts";
import { Pages } from "./_pages.ts";
import type {
  AnonymousOptions,
  MapOptions,
  MemfdOptions,
  OpenOptions,
} from "./options.ts";

const MODES = ["read", "readwrite", "copy"] as const;

/** Opens a file and maps it. */
export function openPages(path: string | URL, options: OpenOptions): Pages {
  const { mode = "read", size, offset = 0, length } = options;
  checkChoice("mode", mode, MODES);
  const { hugePages = false } = options;
  if (typeof hugePages !== "boolean") {
    throw badType("hugePages", hugePages, "a boolean");
  }
  for (const [name, value] of Object.entries({ offset, length, size })) {
    if (value !== undefined) checkCount(name, value);
  }
  const writes = mode === "readwrite";
  if (!writes && (options.create || options.createNew || size !== undefined)) {
    throw new TypeError(`Cannot create or extend a file in mode "${mode}"`);
  }
  const name = toPath(path);
  const head = offset % getpagesize();
  const fd = openFile(name, options);
  const pages = withFile({ fd, keepOpen: writes }, () => {
    if (size !== undefined && fstat(fd).size < size) ftruncate(fd, size);
    const count = lengthInFile(fd, name, offset, length);
    // In private writable pages, a stray store only makes a copy of the page;
    // in a read-only mapping it would kill the process.
    const flags = writes ? MAP_SHARED : MAP_PRIVATE | MAP_NORESERVE;
    const request = { address: null, fd, ownsFd: writes, prot: PROT_RDWR };
    return Pages.map(
      { ...request, flags, offset: BigInt(offset - head) },
      head,
      count === 0 ? 0 : head + count,
    );
  });
  return advisePages(pages, options, hugePages, MADV_POPULATE_READ);
}

/** Maps anonymous memory. */
export function anonymousPages(
  length: number,
  options: AnonymousOptions,
): Pages {
  checkCount("length", length);
  const { shared = false, hugePages = false } = options;
  const type = shared ? MAP_SHARED : MAP_PRIVATE;
  const huge = hugeBits(hugePages, length, MAP_HUGETLB);
  const flags = type | MAP_ANONYMOUS | huge;
  const request = { address: null, fd: -1, ownsFd: false, offset: 0n };
  const pages = mapFromPool(
    hugePages,
    () => Pages.map({ ...request, prot: PROT_RDWR, flags }, 0, length),
  );
  return advisePages(pages, options, hugePages === true, MADV_POPULATE_WRITE);
}

/** Creates a memfd and maps it. */
export function memfdPages(
  name: string,
  length: number,
  options: MemfdOptions,
): Pages {
  checkCount("length", length);
  const { seals = 0, hugePages = false } = options;
  const huge = hugeBits(hugePages, length, MFD_HUGETLB);
  const fd = memfdCreate(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | huge);
  const pages = withFile({ fd, keepOpen: true }, () => {
    ftruncate(fd, length);
    const request = { address: null, fd, ownsFd: true, offset: 0n };
    const flags = MAP_SHARED | hugeBits(hugePages, length, MAP_HUGETLB);
    return mapFromPool(
      hugePages,
      () => Pages.map({ ...request, prot: PROT_RDWR, flags }, 0, length),
    );
  });
  return closingOnError(
    advisePages(pages, options, hugePages === true, MADV_POPULATE_WRITE),
    () => {
      if (seals !== 0) addSeals(fd, seals);
    },
  );
}

function openFile(
  path: string,
  { mode, create, createNew, permissions = 0o666 }: OpenOptions,
): number {
  // O_NONBLOCK: opening a FIFO must not wait for its other end.
  const flags = O_CLOEXEC | O_NONBLOCK |
    (mode === "readwrite" ? O_RDWR : O_RDONLY) |
    (create || createNew ? O_CREAT : 0) | (createNew ? O_EXCL : 0);
  const fd = libc().open(
    cString(path),
    flags,
    toUnsigned("permissions", permissions),
  );
  if (fd < 0) throw new SyscallError("open", errno(), { path });
  return fd;
}

/** Returns the number of bytes of a file to map. */
function lengthInFile(
  fd: number,
  path: string,
  offset: number,
  length: number | undefined,
): number {
  const { mode, size } = fstat(fd);
  if (S_ISREG(mode)) {
    if (size === 0) checkEmpty(fd, path);

    const rest = size - offset;
    if (rest < 0 || rest < (length ?? 0)) {
      throw new RangeError(
        `Cannot map ${length ?? 0} bytes at ${offset} of ${
          JSON.stringify(path)
        }: its size is ${size}`,
      );
    }
    return length ?? rest;
  }
  if (length !== undefined && !S_ISDIR(mode)) return length;
  const hint = S_ISDIR(mode)
    ? "a directory"
    : "not a regular file: a device needs a length";
  throw new SyscallError("mmap", ENODEV, { path, hint });
}

/**
 * Refuses a file of size 0 that has content all the same, as /proc files do.
 */
function checkEmpty(fd: number, path: string): void {
  const hasContent = libc().pread(fd, new Uint8Array(1), 1n, 0n) > 0;
  if (!hasContent || fstat(fd).size > 0) return;
  const hint = "the kernel generates its content on each read";
  throw new SyscallError("mmap", ENODEV, { path, hint });
}

/**
 * Calls `map`, and closes the file if that fails or unless `keepOpen` is set.
 */
function withFile(
  { fd, keepOpen }: { fd: number; keepOpen: boolean },
  map: () => Pages,
): Pages {
  let pages: Pages | undefined;
  try {
    return pages = map();
  } finally {
    if (!keepOpen || pages === undefined) close(fd);
  }
}

/** Calls `finish`, and unmaps the pages if that fails. */
function closingOnError(pages: Pages, finish: () => void): Pages {
  try {
    finish();
  } catch (error) {
    pages.close();
    throw error;
  }
  return pages;
}

/** Gives the kernel the advice in the options, and populates the pages. */
function advisePages(
  pages: Pages,
  { advice, populate = false }: MapOptions,
  prefersHugePages: boolean,
  populateAdvice: number,
): Pages {
  const { length } = pages;
  if (length === 0) return pages;
  return closingOnError(pages, () => {
    const data = pages.view("madvise", 0, length);
    if (prefersHugePages && isSupported(MADV_HUGEPAGE)) {
      madvise(data, MADV_HUGEPAGE);
    }
    if (advice !== undefined) madvise(data, advice);
    if (populate) madvise(data, populateAdvice);
  });
}

/** Returns whether the kernel knows an advice. */
export function isSupported(advice: number): boolean {
  // For a length of 0 the kernel checks only the advice.
  return libc().madvise(null, 0n, advice) === 0;
}
