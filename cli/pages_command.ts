import { cString, errno, libc, linuxLibc } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import {
  MAP_SHARED,
  mapRegion,
  type MMap,
  MS_SYNC,
  PROT_READ,
} from "../mmap/mod.ts";
import {
  close,
  fstat,
  getpagesize,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDONLY,
  S_ISREG,
} from "../posix/mod.ts";
import { printUsage, say } from "./output.ts";
import { parse } from "./parse.ts";
import { UsageError } from "./usage_error.ts";

/** The help text of `hostkit pages`. */
export const PAGES_USAGE = `\
Usage: hostkit pages FILE… [--touch | --evict | --lock] [--json]

Shows which pages of files are in memory. Each character of a bar stands for a
part of the file: the darker, the more of that part is in memory.

  --touch  first bring every page into memory
  --evict  first ask the kernel to drop every page
  --lock   bring every page into memory and keep it until Ctrl-C or SIGTERM
  --json   print JSON

If you may not write a file, Linux reports all of its pages as in memory.
`;

const ACTIONS = ["touch", "evict", "lock"] as const;
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** The most characters in a bar. */
const WIDTH = 60;
const MARKS = " ░▒▓█";
const MIB = 2 ** 20;

/**
 * The part of a file that one call inspects, in bytes: a multiple of the page
 * size.
 */
const CHUNK = 2 ** 28;

/** `POSIX_FADV_DONTNEED` of linux/fadvise.h. */
const POSIX_FADV_DONTNEED = 4;

interface Residency {
  readonly path: string;
  readonly size: number;
  readonly pages: number;
  readonly resident: number;
  readonly bar: string;
}

/** Runs `hostkit pages`; returns the exit status. */
export async function pagesCommand(args: string[]): Promise<number> {
  const { operands, flags } = await parse(args, {
    boolean: [...ACTIONS, "json"],
  });
  if (flags.help) return printUsage(PAGES_USAGE);
  const actions = ACTIONS.filter((action) => flags[action]);
  if (operands.length === 0) throw new UsageError("pages takes a FILE");
  if (actions.length > 1) {
    throw new UsageError(
      `--${actions[0]} and --${actions[1]} exclude each other`,
    );
  }
  using locked = new DisposableStack();
  const files = operands.map((path) => inspect(path, actions[0], locked));
  // Readers of the first line may send the signal at once: listen before
  // printing.
  const signalled = flags.lock ? untilSignal() : undefined;
  say(flags.json ? toJson(files) : toText(files));
  await signalled;
  return 0;
}

function inspect(
  path: string,
  action: typeof ACTIONS[number] | undefined,
  locked: DisposableStack,
): Residency {
  using file = openFile(path);
  const { fd } = file;
  const { mode, size } = fstat(fd);
  if (!S_ISREG(mode)) throw new Error(`${path} is not a regular file`);
  if (size === 0) return { path, size, pages: 0, resident: 0, bar: "" };
  using stack = new DisposableStack();
  const m = stack.use(mapRegion(fd, 0, size, PROT_READ, MAP_SHARED));
  switch (action) {
    case "touch":
      m.probe();
      break;
    case "evict":
      evict(m, fd);
      break;
    case "lock":
      m.lock();
      locked.use(stack.move());
  }
  return { path, size, ...count(m) };
}

function openFile(path: string): Disposable & { readonly fd: number } {
  const flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  const fd = libc().open(cString(path), flags, 0);
  if (fd < 0) throw new SyscallError("open", errno(), { path });
  return { fd, [Symbol.dispose]: () => close(fd) };
}

/**
 * Drops the pages from the page cache after writing dirty pages to the device.
 */
function evict(m: MMap, fd: number): void {
  m.sync(MS_SYNC);
  const error = linuxLibc().posix_fadvise(fd, 0n, 0n, POSIX_FADV_DONTNEED);
  if (error > 0) throw new SyscallError("posix_fadvise", error);
}

/** Counts the pages in memory, and draws them as a bar. */
function count(m: MMap): Pick<Residency, "pages" | "resident" | "bar"> {
  const pages = Math.ceil(m.length / getpagesize());
  const width = Math.min(pages, WIDTH);
  const marks = new Uint32Array(width);
  let page = 0;
  for (let start = 0; start < m.length; start += CHUNK) {
    for (const there of m.slice(start, start + CHUNK).isResident()) {
      if (there) marks[Math.floor(page * width / pages)]!++;
      page++;
    }
  }
  const bar = Array.from(marks, (there, mark) => {
    const first = Math.ceil(mark * pages / width);
    const share = there / (Math.ceil((mark + 1) * pages / width) - first);
    // The blank and the full mark stand only for none and all.
    return MARKS[share === 1 ? 4 : Math.ceil(share * 3)];
  });
  const resident = marks.reduce((sum, there) => sum + there, 0);
  return { pages, resident, bar: bar.join("") };
}

/** Waits for a signal that ends the command. */
function untilSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of SIGNALS) Deno.addSignalListener(signal, resolve);
  return promise.finally(() => {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, resolve);
  });
}

function toText(files: readonly Residency[]): string {
  const width = Math.max(...files.map(({ bar }) => bar.length));
  return files.map(({ path, size, pages, resident, bar }) => {
    const percent = pages === 0 ? 100 : Math.floor(resident / pages * 100);
    const bytes = Math.min(resident * getpagesize(), size);
    const sizes = `${(bytes / MIB).toFixed(1)}/${(size / MIB).toFixed(1)} MiB`;
    return `[${bar.padEnd(width)}] ${String(percent).padStart(3)}%  ` +
      `${sizes}  ${path}`;
  }).join("\n");
}

function toJson(files: readonly Residency[]): string {
  const pageSize = getpagesize();
  return JSON.stringify(
    files.map(({ bar: _, ...file }) => ({ ...file, pageSize })),
    null,
    2,
  );
}
