import { checkFunction, checkMethod } from "../../../ffi/internal.ts";
import { andThen } from "../maybe_promise.ts";
import type { FS, NodeDirent } from "../node.ts";

/** A call of the server to a file system, its nodes or its handles. */
export interface InterceptedCall {
  /** The method's name. */
  readonly method: string;
  /** The file system, node or handle itself. */
  readonly target: object;
  /** The arguments; requests and responses are reused once answered. */
  readonly args: readonly unknown[];
  /** Makes the call. */
  proceed(): unknown;
}

/** The methods that return a node, a handle, or both. */
const MAKERS: ReadonlySet<string> = new Set([
  "root",
  "lookup",
  "open",
  "create",
  "tmpfile",
  "mknod",
  "mkdir",
  "symlink",
  "link",
  "nodeById",
  "handleById",
  "parentOf",
]);

/**
 * Returns a file system that behaves like `fs`, but calls a function around
 * each call of the server: to record the call, to delay it, or to make it fail.
 *
 * @param fs The file system.
 * @param around Called instead of each method; its result is the answer,
 * usually that of `proceed()`.
 *
 * @example Let every third write fail
 * ```ts ignore
 * import { MemFS, mountFS } from "@hostkit/hostkit/fuse/fs";
 * import { intercept } from "@hostkit/hostkit/fuse/fs/testing";
 *
 * let writes = 0;
 * const fs = intercept(new MemFS(), ({ method, proceed }) => {
 *   if (method === "write" && ++writes % 3 === 0) {
 *     throw Object.assign(new Error("the disk is full"), { code: "ENOSPC" });
 *   }
 *   return proceed();
 * });
 * await using session = await mountFS("/mnt/full", fs);
 * await session.closed;
 * ```
 */
export function intercept(
  fs: FS,
  around: (call: InterceptedCall) => unknown,
): FS {
  checkMethod("fs", fs, "root");
  checkFunction("around", around);
  const proxies = new WeakMap<object, object>();
  const targets = new WeakMap<object, object>();
  const unwrap = (value: unknown): unknown =>
    targets.get(value as object) ?? value;
  const wrap = <T>(target: T): T => {
    if (typeof target !== "object" || target === null) return target;
    let proxy = proxies.get(target);
    if (proxy === undefined) {
      proxy = new Proxy(target, { get: (_, key) => wrapMember(target, key) });
      proxies.set(target, proxy);
      targets.set(proxy, target);
    }
    return proxy as T;
  };
  const wrapAnswer = (method: string, answer: unknown): unknown => {
    if (method === "readdirplus") {
      return Array.from(
        answer as Iterable<NodeDirent>,
        (entry) => entry.node ? { ...entry, node: wrap(entry.node) } : entry,
      );
    }
    if (!MAKERS.has(method)) return answer;
    return Array.isArray(answer) ? answer.map(wrap) : wrap(answer);
  };
  const wrapMember = (target: object, key: string | symbol): unknown => {
    const member: unknown = Reflect.get(target, key);
    if (typeof member !== "function") return member;
    const method = String(key);
    return (...wrapped: unknown[]): unknown => {
      const args = wrapped.map(unwrap);
      const proceed = (): unknown => member.apply(target, args);
      return andThen(
        around({ method, target, args, proceed }),
        (answer) => wrapAnswer(method, answer),
      );
    };
  };
  return wrap(fs);
}
