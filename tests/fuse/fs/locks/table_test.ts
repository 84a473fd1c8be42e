import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { SyscallError } from "../../../../ffi/mod.ts";
import { F_RDLCK, F_UNLCK, F_WRLCK } from "../../../../fuse/mod.ts";
import { LockTable, type OwnedLock } from "../../../../fuse/fs/locks/table.ts";
import { LockWaits } from "../../../../fuse/fs/locks/waits.ts";
import { rounds } from "../../../_support/platform.ts";
import { randomNumbers, SEED } from "../../_random.ts";

const NEVER = new AbortController().signal;

function lock(
  owner: number,
  type: number,
  start: number,
  end: number,
): OwnedLock {
  const range = { start: BigInt(start), end: BigInt(end) };
  return { owner: BigInt(owner), type, pid: owner, ...range };
}

const read = (owner: number, start: number, end: number): OwnedLock =>
  lock(owner, F_RDLCK, start, end);
const write = (owner: number, start: number, end: number): OwnedLock =>
  lock(owner, F_WRLCK, start, end);
const none = (owner: number, start: number, end: number): OwnedLock =>
  lock(owner, F_UNLCK, start, end);

/** Returns the locks, in the order of ranges and owners: `"1 r 0-9"`. */
function shown(table: LockTable): string[] {
  return table.locks.map(({ owner, type, start, end }) =>
    `${owner} ${type === F_WRLCK ? "w" : "r"} ${start}-${end}`
  ).sort();
}

Deno.test("LockTable.take() refuses what another owner's lock excludes", () => {
  const table = new LockTable();
  assertEquals(table.take(read(1, 0, 9)), true);
  assertEquals(table.take(read(2, 5, 14)), true);
  assertEquals(table.take(write(2, 9, 9)), false);
  assertEquals(table.take(write(2, 10, 20)), true);
  assertEquals(table.conflict(read(3, 20, 30)), write(2, 10, 20));
  assertEquals(table.conflict(read(3, 21, 30)), undefined);
  assertEquals(table.conflict(write(2, 10, 30)), undefined);
  assertEquals(shown(table), ["1 r 0-9", "2 r 5-9", "2 w 10-20"]);
});

Deno.test("LockTable.take() replaces, splits and joins an owner's locks", () => {
  const table = new LockTable();
  table.take(write(1, 0, 99));
  table.take(read(1, 40, 59));
  assertEquals(shown(table), ["1 r 40-59", "1 w 0-39", "1 w 60-99"]);
  table.take(write(1, 50, 59));
  assertEquals(shown(table), ["1 r 40-49", "1 w 0-39", "1 w 50-99"]);
  table.take(write(1, 40, 49));
  assertEquals(shown(table), ["1 w 0-99"]);
});

Deno.test("LockTable.drop() takes a range out of an owner's locks alone", () => {
  const table = new LockTable();
  table.take(read(1, 0, 99));
  table.take(read(2, 0, 99));
  table.drop(none(1, 10, 19));
  table.drop(none(1, 90, 200));
  assertEquals(shown(table), ["1 r 0-9", "1 r 20-89", "2 r 0-99"]);
  table.dropAll(2n);
  assertEquals(shown(table), ["1 r 0-9", "1 r 20-89"]);
});

Deno.test("LockTable.wait() gives the lock when nothing is in the way any more", async () => {
  const table = new LockTable();
  table.take(write(1, 0, 9));
  const order: number[] = [];
  const second = table.wait(write(2, 0, 9), NEVER)!;
  const third = table.wait(write(3, 5, 9), NEVER)!;
  const done = [
    second.then(() => order.push(2)),
    third.then(() => order.push(3)),
  ];
  assertEquals(table.waiting, 2);
  table.drop(none(1, 5, 9));
  assertEquals(shown(table), ["1 w 0-4", "3 w 5-9"]);
  table.dropAll(1n);
  assertEquals(table.waiting, 1);
  table.dropAll(3n);
  await Promise.all(done);
  assertEquals(order, [3, 2]);
  assertEquals(shown(table), ["2 w 0-9"]);
});

Deno.test("LockTable.wait() ends with the reason of its signal", async () => {
  const table = new LockTable(new LockWaits());
  table.take(write(1, 0, 9));
  const controller = new AbortController();
  const waiting = table.wait(read(2, 0, 9), controller.signal);
  controller.abort(new Error("enough"));
  await assertRejects(async () => await waiting, Error, "enough");
  await assertRejects(
    async () => await table.wait(read(2, 0, 9), controller.signal),
    Error,
    "enough",
  );
  assertEquals(table.waiting, 0);
  table.dropAll(1n);
  assertEquals(shown(table), []);
});

Deno.test("LockTable.wait() refuses a circle of owners, over any number of tables", async () => {
  const waits = new LockWaits();
  const tables = Array.from({ length: 3 }, () => new LockTable(waits));
  for (const [i, table] of tables.entries()) table.take(write(i, 0, 0));
  const first = tables[1]!.wait(write(0, 0, 0), NEVER)!;
  const second = tables[2]!.wait(write(1, 0, 0), NEVER)!;
  const error = assertThrows(
    () => tables[0]!.wait(write(2, 0, 0), NEVER),
    SyscallError,
  );
  assertEquals(error.code, "EDEADLK");
  tables[2]!.dropAll(2n);
  await second;
  tables[1]!.dropAll(1n);
  await first;
  assertEquals(waits.size, 0);
});

Deno.test("LockTable says what a bitmap of each owner says, in random calls", () => {
  const random = randomNumbers(SEED);
  const table = new LockTable();
  const bytes = Array.from({ length: 3 }, () => new Array(12).fill(F_UNLCK));
  for (let i = 0; i < rounds(1000); i++) {
    const owner = random(3);
    const start = random(12);
    const end = start + random(12 - start);
    const type = random(3);
    const isFree = bytes.every((mine, other) =>
      other === owner ||
      !mine.slice(start, end + 1).some((its) =>
        its !== F_UNLCK && (its === F_WRLCK || type === F_WRLCK)
      )
    );
    const it = lock(owner, type, start, end);
    if (type === F_UNLCK) table.drop(it);
    else assertEquals(table.take(it), isFree, `seed ${SEED}, call ${i}`);
    if (type === F_UNLCK || isFree) bytes[owner]!.fill(type, start, end + 1);
    for (const [owner, expected] of bytes.entries()) {
      const found = new Array(12).fill(F_UNLCK);
      let count = 0;
      for (const { owner: whose, type, start, end } of table.locks) {
        if (whose !== BigInt(owner)) continue;
        found.fill(type, Number(start), Number(end) + 1);
        count++;
      }
      const runs = expected.filter((type, i) =>
        type !== F_UNLCK && type !== expected[i - 1]
      );
      assertEquals([found, count], [expected, runs.length], `seed ${SEED}`);
    }
  }
});

Deno.test("LockTable.wait() sees a circle behind any of those in the way", async () => {
  const waits = new LockWaits();
  const [a, b] = [new LockTable(waits), new LockTable(waits)];
  a.take(read(1, 0, 0));
  a.take(read(2, 0, 0));
  b.take(write(3, 0, 0));
  const second = b.wait(write(2, 0, 0), NEVER)!;
  assertThrows(() => a.wait(write(3, 0, 0), NEVER), SyscallError, "EDEADLK");
  b.dropAll(3n);
  await second;
  // An owner that does not wait can drop its lock.
  const third = a.wait(write(3, 0, 0), NEVER)!;
  a.dropAll(1n);
  a.dropAll(2n);
  await third;
  assertEquals(waits.size, 0);
});

Deno.test("LockTable.wait() takes two owners in one process for open files", async () => {
  const table = new LockTable(new LockWaits());
  const ours = (lock: OwnedLock): OwnedLock => ({ ...lock, pid: 1 });
  table.take(ours(write(1, 0, 0)));
  table.take(ours(write(2, 1, 1)));
  const first = table.wait(ours(write(1, 1, 1)), NEVER)!;
  const second = table.wait(ours(write(2, 0, 0)), NEVER)!;
  table.drop(none(1, 0, 0));
  await second;
  table.dropAll(2n);
  await first;
});
