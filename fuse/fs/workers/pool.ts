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

/** One of the Workers, and what it has to say still. */
class Member {
  readonly worker: Worker = new Worker(WORKER, { type: "module" });
  readonly loaded = Promise.withResolvers<void>();
  readonly closed = Promise.withResolvers<void>();
  /** Those who asked for figures, the first one first. */
  readonly asking: ((stats: ServerStats | undefined) => void)[] = [];
  balance: readonly Balance[] | undefined;
  /** What it had done when it ended. */
  last: ServerStats | undefined;
  /** Whether it says nothing more. */
  hasEnded = false;

  tell(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  /** Returns what it has done; nothing, if it ended without saying so. */
  async stats(): Promise<ServerStats | undefined> {
    if (this.hasEnded) return this.last;
    const { promise, resolve } = Promise.withResolvers<
      ServerStats | undefined
    >();
    this.asking.push(resolve);
    this.tell({ kind: "stats" });
    return await promise;
  }

  /** Waits for nothing more. */
  end(): void {
    this.worker.terminate();
    this.hasEnded = true;
    this.balance ??= [];
    for (const answer of this.asking.splice(0)) answer(this.last);
    this.closed.resolve();
  }
}

/**
 * The Workers that serve one mount, and the little that they say to each other
 * by way of this thread, which serves nothing itself.
 */
export class WorkerPool {
  readonly #members: readonly Member[];
  readonly #onError: (error: unknown) => void;

  /** Starts the Workers; `onError` hears of the defects of any. */
  constructor(count: number, onError: (error: unknown) => void) {
    this.#onError = onError;
    this.#members = Array.from({ length: count }, () => new Member());
    for (const member of this.#members) {
      member.worker.onmessage = ({ data }) => this.#heard(member, data);
      member.worker.onerror = (event) => {
        event.preventDefault();
        const error = new Error(`A Worker ended: ${event.message}`);
        member.loaded.reject(error);
        this.#onError(error);
        member.end();
        this.#settle();
      };
      // Whoever waits for it hears of it; nobody may.
      member.loaded.promise.catch(() => {});
    }
  }

  /** Fulfilled when every Worker has released what it had, and ended. */
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
   * @param message What it has to know.
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

  /** Ends the Workers, whatever they are at. */
  terminate(): void {
    for (const member of this.#members) member.end();
  }

  /** Returns what the Workers have done together. */
  async stats(): Promise<ServerStats> {
    const all = await Promise.all(
      this.#members.map((member) => member.stats()),
    );
    return mergeStats(all.filter((stats) => stats !== undefined));
  }

  #heard(member: Member, message: FromWorker): void {
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
        return this.#settle();
      case "closed":
        member.last = message.stats;
        member.end();
        return this.#settle();
    }
  }

  /** Tells the others: the one who has the request aborts its signal. */
  #passOn(from: Member, message: Interrupted): void {
    for (const member of this.#members) {
      if (member !== from && member.balance === undefined) member.tell(message);
    }
  }

  get #haveAllEnded(): boolean {
    return this.#members.every(({ balance }) => balance !== undefined);
  }

  /** Once all have ended, has one of them release what nobody has. */
  #settle(): void {
    if (!this.#haveAllEnded) return;
    const sums = new Map<number, Balance>();
    for (const one of this.#members.flatMap(({ balance }) => balance!)) {
      const count = (sums.get(one.id)?.count ?? 0) + one.count;
      // Who opened it knows of which node it is.
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
