import type { OpenHandle } from "../server/internal.ts";
import type { ServerStats } from "../server/mod.ts";
import { mergeStats } from "./merge_stats.ts";
import type {
  Balance,
  FromWorker,
  Interrupted,
  Serve,
  ToWorker,
} from "./messages.ts";

const WORKER = import.meta.resolve("./worker.ts");

/** A Worker of the pool, and the answers that are expected from it. */
class Member {
  readonly worker: Worker = new Worker(WORKER, { type: "module" });
  readonly loaded = Promise.withResolvers<void>();
  readonly closed = Promise.withResolvers<void>();
  /** The callers that wait for statistics, in the order of their calls. */
  readonly asking: ((stats: ServerStats | undefined) => void)[] = [];
  balance: readonly Balance[] | undefined;
  /** The Worker's statistics when it ended. */
  last: ServerStats | undefined;
  /** Whether no more messages come from the Worker. */
  hasEnded = false;

  tell(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  /** Returns the Worker's statistics; `undefined` if it ended without any. */
  async stats(): Promise<ServerStats | undefined> {
    if (this.hasEnded) return this.last;
    const { promise, resolve } = Promise.withResolvers<
      ServerStats | undefined
    >();
    this.asking.push(resolve);
    this.tell({ kind: "stats" });
    return await promise;
  }

  /** Terminates the Worker and stops waiting for its answers. */
  end(): void {
    this.worker.terminate();
    this.hasEnded = true;
    this.balance ??= [];
    for (const answer of this.asking.splice(0)) answer(this.last);
    this.closed.resolve();
  }
}

/**
 * The Workers that serve a mount. This thread passes on the few messages
 * between them, and serves no requests itself.
 */
export class WorkerPool {
  readonly #members: readonly Member[];
  readonly #onError: (error: unknown) => void;

  /** Starts the Workers; `onError` is called with the errors of all of them. */
  constructor(count: number, onError: (error: unknown) => void) {
    this.#onError = onError;
    this.#members = Array.from({ length: count }, () => new Member());
    for (const member of this.#members) {
      member.worker.onmessage = ({ data }) => this.#handleMessage(member, data);
      member.worker.onerror = (event) => {
        event.preventDefault();
        const error = new Error(`A Worker ended: ${event.message}`);
        member.loaded.reject(error);
        this.#onError(error);
        member.end();
        this.#releaseLeftovers();
      };
      // `load` reports the rejection; if nothing awaits it, it is ignored.
      member.loaded.promise.catch(() => {});
    }
  }

  /** Fulfilled when every Worker has released its handles and ended. */
  get closed(): Promise<void> {
    return Promise.all(this.#members.map(({ closed }) => closed.promise))
      .then(() => {});
  }

  /** Has each Worker load the file system. */
  async load(module: string, data: unknown): Promise<void> {
    const isAlone = this.#members.length === 1;
    for (const member of this.#members) {
      member.tell({ kind: "load", module, data, isAlone });
    }
    await Promise.all(this.#members.map(({ loaded }) => loaded.promise));
  }

  /**
   * Lets each Worker serve.
   *
   * @param message The parameters of the session.
   * @param fds Clones of the device, of which each takes one.
   */
  serve(message: Serve, fds: number[]): void {
    for (const member of this.#members) {
      if (member.hasEnded) continue;
      member.tell({ ...message, fd: fds.at(-1)! });
      fds.pop();
    }
  }

  /** Has each Worker end the session. */
  close(): void {
    for (const member of this.#members) member.tell({ kind: "close" });
  }

  /** Terminates the Workers immediately. */
  terminate(): void {
    for (const member of this.#members) member.end();
  }

  /** Returns the combined statistics of the Workers. */
  async stats(): Promise<ServerStats> {
    const all = await Promise.all(
      this.#members.map((member) => member.stats()),
    );
    return mergeStats(all.filter((stats) => stats !== undefined));
  }

  #handleMessage(member: Member, message: FromWorker): void {
    switch (message.kind) {
      case "loaded":
        return member.loaded.resolve();
      case "failed":
        return member.loaded.reject(message.error);
      case "error":
        return this.#onError(message.error);
      case "interrupt":
        return this.#passOn(member, message);
      case "stats":
        return member.asking.shift()?.(message.stats);
      case "askStats":
        return void this.stats()
          .then((stats) => member.tell({ kind: "allStats", stats }));
      case "ended":
        member.balance = message.balance;
        if (message.hasFailed && !this.#haveAllEnded) {
          member.tell({ kind: "release", handles: [] });
        }
        return this.#releaseLeftovers();
      case "closed":
        member.last = message.stats;
        member.end();
        return this.#releaseLeftovers();
    }
  }

  /** Passes an interrupt to the other Workers; one of them has the request. */
  #passOn(from: Member, message: Interrupted): void {
    for (const member of this.#members) {
      if (member !== from && member.balance === undefined) member.tell(message);
    }
  }

  get #haveAllEnded(): boolean {
    return this.#members.every(({ balance }) => balance !== undefined);
  }

  /** Once all Workers have ended, has a Worker release the leftover handles. */
  #releaseLeftovers(): void {
    if (!this.#haveAllEnded) return;
    const sums = new Map<number, Balance>();
    for (const one of this.#members.flatMap(({ balance }) => balance!)) {
      const count = (sums.get(one.id)?.count ?? 0) + one.count;
      // Only the Worker that opened the handle knows its node for certain.
      const node = one.count > 0
        ? one.node
        : sums.get(one.id)?.node ?? one.node;
      sums.set(one.id, { id: one.id, node, count });
    }
    let handles: readonly OpenHandle[] = [...sums.values()]
      .filter(({ count }) => count > 0);
    for (const member of this.#members) {
      if (member.hasEnded) continue;
      member.tell({ kind: "release", handles });
      handles = [];
    }
  }
}
