import { ERRNO_DARWIN } from "./errno_darwin.ts";
import { ERRNO_LINUX } from "./errno_linux.ts";
import { platform } from "./platform.ts";

/** The second names that `<errno.h>` defines for some error numbers. */
const ALIASES = {
  linux: {
    EWOULDBLOCK: "EAGAIN",
    EDEADLOCK: "EDEADLK",
    ENOTSUP: "EOPNOTSUPP",
  },
  darwin: { EWOULDBLOCK: "EAGAIN" },
} as const;

type Row = readonly [errno: number, name: string, text: string];

interface Table {
  readonly byNumber: ReadonlyMap<number, Row>;
  readonly byName: ReadonlyMap<string, number>;
}

let table: Table | undefined;

function errnoTable(): Table {
  if (table !== undefined) return table;
  const { os } = platform();
  const rows = os === "darwin" ? ERRNO_DARWIN : ERRNO_LINUX;
  const byName = new Map(rows.map(([errno, name]) => [name, errno]));
  for (const [alias, name] of Object.entries(ALIASES[os])) {
    byName.set(alias, byName.get(name)!);
  }
  return table = {
    byNumber: new Map(rows.map((row) => [row[0], row])),
    byName,
  };
}

/**
 * Returns the name of an error number, such as `"ENOENT"` for 2.
 *
 * @param errno A positive error number of this platform.
 * @returns Its name in `<errno.h>`, or `""` if there is none.
 *
 * @example Usage
 * ```ts
 * import { errnoName } from "@hostkit/hostkit/posix";
 *
 * console.assert(errnoName(2) === "ENOENT");
 * ```
 */
export function errnoName(errno: number): string {
  return errnoTable().byNumber.get(errno)?.[1] ?? "";
}

/**
 * Returns the description of an error number, as strerror(3) words it.
 *
 * @param errno A positive error number of this platform.
 * @returns Its description, or `""` if the number is unknown.
 *
 * @example Usage
 * ```ts
 * import { errnoString } from "@hostkit/hostkit/posix";
 *
 * console.assert(errnoString(2) === "No such file or directory");
 * ```
 */
export function errnoString(errno: number): string {
  return errnoTable().byNumber.get(errno)?.[2] ?? "";
}

/**
 * Returns the error number of a name, such as 2 for `"ENOENT"`.
 *
 * @param name A name in `<errno.h>`, including aliases such as `EWOULDBLOCK`.
 * @returns Its number on this platform, or `undefined` if there is none.
 */
export function errnoNumber(name: string): number | undefined {
  return errnoTable().byName.get(name);
}
