import { showState } from "../../../ffi/internal.ts";
import { RequestBase as Request } from "../../message/mod.ts";
import { isPromise } from "../maybe_promise.ts";
import type { FS } from "../node.ts";
import { intercept } from "./intercept.ts";

/** A call that the server has made. */
export interface RecordedCall {
  /** The method's name. */
  readonly method: string;
  /** The file system, node or handle whose method was called. */
  readonly target: object;
  /** The fields of the request, if any, as its `toJSON` returns them. */
  readonly request: Readonly<Record<string, unknown>> | undefined;
  /** A copy of the bytes to write, or of an extended attribute's value. */
  readonly data: Uint8Array | undefined;
  /** The error that the call threw; `undefined` until then. */
  error: unknown;
}

/**
 * Records the calls of the server.
 *
 * @example Usage
 * ```ts ignore
 * import { MemFS } from "@hostkit/hostkit/fuse/fs";
 * import { output, Recorder, withScene } from "@hostkit/hostkit/fuse/fs/testing";
 *
 * await withScene(async (scene) => {
 *   const recorder = new Recorder();
 *   await using session = await scene.mount(recorder.of(new MemFS()));
 *   await output("sh", "-c", `echo hello > ${session.mountpoint}/file`);
 *   await recorder.waitFor("release");
 *   const [write] = recorder.calls("write");
 *   console.assert(new TextDecoder().decode(write!.data) === "hello\n");
 * });
 * ```
 */
export class Recorder {
  static {
    showState(this, (recorder) => ({ calls: recorder.#calls }));
  }

  readonly #calls: RecordedCall[] = [];
  readonly #waiting = new Set<() => void>();

  /**
   * Returns a file system that behaves like `fs` and records its calls.
   *
   * @param fs The file system.
   */
  of(fs: FS): FS {
    return intercept(fs, ({ method, target, args, proceed }) => {
      const request = args.find((arg) => arg instanceof Request);
      const call: RecordedCall = {
        method,
        target,
        request: request?.toJSON(),
        data: bytesOf(request),
        error: undefined,
      };
      const note = (error: unknown): never => {
        call.error = error;
        throw error;
      };
      this.#calls.push(call);
      for (const look of this.#waiting) look();
      try {
        const answer = proceed();
        return isPromise(answer) ? answer.catch(note) : answer;
      } catch (error) {
        return note(error);
      }
    });
  }

  /**
   * Returns the calls so far, in order.
   *
   * @param method Only those of this method.
   */
  calls(method?: string): RecordedCall[] {
    return this.#calls.filter((call) =>
      method === undefined || call.method === method
    );
  }

  /** Forgets the calls so far. */
  clear(): void {
    this.#calls.length = 0;
  }

  /**
   * Waits for a call that the kernel makes asynchronously, such as `release`
   * after close(2), or `forget`.
   *
   * @param method The method.
   * @param count The number of the call, counted from 1. Default: 1.
   */
  waitFor(method: string, count = 1): Promise<RecordedCall> {
    const { promise, resolve } = Promise.withResolvers<RecordedCall>();
    const look = (): void => {
      const call = this.calls(method)[count - 1];
      if (call === undefined) return;
      this.#waiting.delete(look);
      resolve(call);
    };
    this.#waiting.add(look);
    look();
    return promise;
  }
}

/** Copies the data of a request. */
function bytesOf(request: Request | undefined): Uint8Array | undefined {
  if (request === undefined) return undefined;
  const { data, xattr } = request as { data?: unknown; xattr?: unknown };
  const bytes = data ?? xattr;
  return bytes instanceof Uint8Array ? bytes.slice() : undefined;
}
