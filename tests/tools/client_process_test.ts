import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ClientError,
  ClientProcess,
  inClient,
} from "../_support/client_process.ts";

Deno.test("inClient() runs a function in another process", async () => {
  const seen = await inClient(
    "/tmp",
    (sys, mnt, n, bytes, next) => [mnt, next(n), bytes, sys.stat(mnt).mode],
    2n ** 60n,
    new Uint8Array([1, 255]),
    (n: bigint): bigint => n + 1n,
  );
  const { mode } = await Deno.stat("/tmp");
  assertEquals(seen, ["/tmp", 2n ** 60n + 1n, new Uint8Array([1, 255]), mode]);
});

Deno.test("inClient() has the kernel's own errors, as values or thrown", async () => {
  assertEquals(
    await inClient("/none", ({ attempt, stat, open, O_CREAT }, mnt) => [
      attempt(stat, mnt),
      attempt(open, "/dev/null/x", O_CREAT),
    ]),
    ["ENOENT", "ENOTDIR"],
  );
  const error = await assertRejects(
    () => inClient("/none", (sys, mnt) => sys.stat(mnt)),
    ClientError,
    "ENOENT",
  );
  assertEquals(error.code, "ENOENT");
  const defect = (): never => {
    throw new TypeError("a defect");
  };
  await assertRejects(() => inClient("/", defect), ClientError, "a defect");
});

Deno.test("inClient() waits for what a function promises, in one thread or many", async () => {
  const dir = await Deno.makeTempDir();
  const read = await inClient(dir, async (sys, dir) => {
    sys.mkfifo(`${dir}/pipe`);
    const content = sys.contentLater(`${dir}/pipe`);
    const fd = await sys.openLater(`${dir}/pipe`, sys.O_WRONLY);
    await sys.writeLater(fd, "through the pipe");
    sys.close(fd);
    return await content;
  });
  assertEquals(read, "through the pipe");
  await Deno.remove(dir, { recursive: true });
});

Deno.test("inClient() leaves nothing behind for the next function", async () => {
  const dir = await Deno.makeTempDir();
  const { pid, fd } = await inClient(dir, (sys, dir) => {
    sys.chdir(dir);
    sys.umask(0o77);
    return { pid: Deno.pid, fd: sys.open(".", sys.O_RDONLY) };
  });
  assertEquals(
    await inClient(dir, (sys, _, fd) => {
      const mask = sys.umask(0);
      return [
        Deno.pid,
        sys.readlink("/proc/self/cwd"),
        mask,
        sys.attempt(sys.fstat, fd),
      ];
    }, fd),
    [pid, "/", 0o22, "EBADF"],
  );
  await Deno.remove(dir);
});

Deno.test("inClient() has a process for each that runs at the same time", async () => {
  const dir = await Deno.makeTempDir();
  await inClient(dir, (sys, dir) => sys.mkfifo(`${dir}/pipe`));
  const reader = inClient(dir, (sys, dir) => [
    Deno.pid,
    sys.content(`${dir}/pipe`),
  ]);
  const writer = inClient(dir, (sys, dir) => {
    sys.put(`${dir}/pipe`, "from the other one");
    return Deno.pid;
  });
  const [[pid, text], other] = await Promise.all([reader, writer]);
  assertEquals(text, "from the other one");
  assert(pid !== other);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("a ClientProcess keeps what it has open, and may be killed", async () => {
  await using client = new ClientProcess();
  const fd = await client.run((sys) => sys.open("/dev/zero", sys.O_RDONLY));
  const bytes = await client.run((sys, fd) => sys.read(fd, 3), fd);
  assertEquals(bytes, new Uint8Array(3));

  const victim = new ClientProcess();
  const waiting = victim.run((sys) => sys.poll(-1, 0, 60_000));
  victim.kill(9);
  await assertRejects(() => waiting, Error, "The client ended");
  assertEquals(await victim.end(), 128 + 9);
});

Deno.test("a ClientProcess may be another user's", async () => {
  // This user may read neither the repository nor Deno, so it is changed later.
  await using client = new ClientProcess();
  await client.run((sys) => sys.stat("/"));
  const seen = await client.run((sys) => {
    sys.become(65534, 65534);
    return sys.attempt(sys.open, "/etc/shadow", sys.O_RDONLY);
  });
  assertEquals(seen, "EACCES");
});
