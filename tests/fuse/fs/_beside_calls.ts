/**
 * Random system calls of two clients who meet each other: few names, few
 * lengths, few files open.
 *
 * @module
 */

import * as sys from "../../_support/sys/mod.ts";
import type { RandomBelow } from "../_random.ts";
import type { Call } from "./_beside_client.ts";

/** What of it there shall be. */
export interface CallOptions {
  /** Who makes the calls. Default: root alone. */
  readonly uids?: readonly number[];
  /** Whether to lock what the other one may have locked. Default: false. */
  readonly locks?: boolean;
  /**
   * Whether to do what `node:fs` has no words for: to exchange names, reserve
   * space, copy, and make what has set-ID bits. Default: false.
   */
  readonly isLinux?: boolean;
}

const FILES = ["/a", "/a", "/a", "/b", "/c"];
const DIRECTORIES = ["/d", "/d", "/e", "/d/e", "/e/e"];
const SLOTS = 2;
const ACCESS = [sys.O_RDONLY, sys.O_WRONLY, sys.O_RDWR, sys.O_RDWR];
const CREATION = [0, sys.O_CREAT, sys.O_CREAT, sys.O_CREAT | sys.O_EXCL];
const MORE = [0, 0, sys.O_APPEND, sys.O_APPEND, sys.O_TRUNC, sys.O_NOFOLLOW];
const MODES = [0o644, 0o666, 0o600, 0o777, 0o4777, 0o6777, 0o6777, 0o2775];
const DIRECTORY_MODES = [0o755, 0o777, 0o777, 0o777, 0o1777, 0o2777];
/** At least one is to change: the kernel does not tell FUSE of the rest. */
const OWNERS = [[-1, 1000], [1000, -1], [1001, -1], [1000, 1001]] as const;
const POSITIONS = [0, 1, 5, 100, 4095, 4096, 5000];
const SIZES = [0, 1, 7, 4096, 6000];
const RENAMES = [0, 0, 0, sys.RENAME_NOREPLACE, sys.RENAME_EXCHANGE];
const [KEEP_SIZE, PUNCH_HOLE] = [1, 2] as const;
const ALLOCATIONS = [0, KEEP_SIZE, PUNCH_HOLE | KEEP_SIZE];
const LOCK_TYPES = [sys.F_RDLCK, sys.F_WRLCK, sys.F_WRLCK, sys.F_UNLCK];
const FLOCKS = [
  sys.LOCK_SH | sys.LOCK_NB,
  sys.LOCK_EX | sys.LOCK_NB,
  sys.LOCK_EX | sys.LOCK_NB,
  sys.LOCK_UN,
];

/** Returns what makes the next call, of whichever client. */
export function randomCalls(
  below: RandomBelow,
  { uids = [0], locks = false, isLinux = false }: CallOptions,
): () => Call {
  const one = <T>(items: readonly T[]): T => items[below(items.length)]!;
  const directory = () => one(DIRECTORIES);
  const file = () => one(["", "", "", directory()]) + one(FILES);
  const path = () => below(7) > 0 ? file() : directory();
  const slot = () => below(SLOTS);
  const mode = (modes: readonly number[]) =>
    one(modes) & (isLinux ? 0o7777 : 0o777);
  const at = () => one(POSITIONS);
  const text = () =>
    String.fromCharCode(97 + below(26)).repeat(one([1, 3, 10, 3000]));
  const range = () => [below(8), below(4)] as const;
  type Args = Call["args"];
  const any: Partial<Record<Call["name"], () => Args>> = {
    open: () => [
      slot(),
      path(),
      one(ACCESS) | one(CREATION) | one(MORE),
      mode(MODES),
    ],
    close: () => [slot()],
    pwrite: () => [slot(), text(), at()],
    write: () => [slot(), text()],
    pread: () => [slot(), one(SIZES), at()],
    ftruncate: () => [slot(), at()],
    fstat: () => [slot()],
    fchmod: () => [slot(), one(MODES)],
    append: () => [path(), text()],
    put: () => [path(), text()],
    content: () => [path()],
    truncate: () => [path(), at()],
    stat: () => [path()],
    lstat: () => [path()],
    chmod: () => [path(), one(MODES)],
    chown: () => [path(), ...one(OWNERS)],
    access: () => [path(), below(8)],
    mkdir: () => [directory(), mode(DIRECTORY_MODES)],
    rmdir: () => [directory()],
    unlink: () => [path()],
    link: () => [path(), path()],
    symlink: () => [one(["a", "b", "d/a", "e"]), path()],
    readlink: () => [path()],
    rename: () => [path(), path(), isLinux ? one(RENAMES) : 0],
    listdir: () => [one(["/", directory(), path()])],
  };
  if (isLinux) {
    any.fallocate = () => [slot(), one(ALLOCATIONS), at(), 1 + below(9000)];
    any.copy = () => [slot(), slot(), one([1, 10, 5000]), at()];
  }
  if (locks) {
    any.lock = () => [
      slot(),
      one([sys.F_SETLK, sys.F_OFD_SETLK]),
      one(LOCK_TYPES),
      ...range(),
    ];
    any.getlk = () => [
      slot(),
      one([sys.F_GETLK, sys.F_OFD_GETLK]),
      one([sys.F_RDLCK, sys.F_RDLCK, sys.F_WRLCK]),
      below(8),
      one([0, 1, 1, 3]),
    ];
    any.flock = () => [slot(), one(FLOCKS)];
  }
  const names = Object.keys(any) as Call["name"][];
  // What makes and changes files comes more often than what only fails.
  const weighted = [
    ...names,
    ...names.filter((name) =>
      name in { lock: 0, getlk: 0, pread: 0, flock: 0 }
    ),
    ...[
      "open",
      "open",
      "open",
      "open",
      "open",
      "open",
      "open",
      "put",
      "mkdir",
      "rename",
      "append",
    ] as const,
    ...["pwrite", "write", "content", "stat"] as const,
  ];
  return () => {
    const name = one(weighted);
    return { name, uid: one(uids), args: any[name]!() };
  };
}
