import { assertEquals } from "@std/assert";
import { POLLIN, socketpair } from "../../../hostfd/mod.ts";
import { assertErrno } from "../../posix/throws.ts";
import { bytesOf, textOf } from "../../usermem/_case.ts";
import { TestFile } from "../_files.ts";
import { withRing } from "./_ring.ts";

withRing(
  "Registered buffers are read and written, by parts too",
  async (ring) => {
    using file = TestFile.of(bytesOf("hello world"));
    const memory = [new Uint8Array(64), new Uint8Array(8192)];
    const [small, large] = ring.registerBuffers(memory);
    assertEquals([small!.bytes, small!.length, large!.index], [
      memory[0],
      64,
      1,
    ]);
    assertEquals(await ring.read(file.fd, small!, 0), 11);
    const part = large!.subarray(5000).subarray(10, 15);
    assertEquals(await ring.read(file.fd, part, 6), 5);
    assertEquals(textOf(memory[1]!.subarray(5010, 5016)), "world\0");
    assertEquals(await ring.write(file.fd, part, 0), 5);
    assertEquals(textOf(file.content), "world world");
    assertErrno(
      () => ring.registerBuffers(memory),
      "EBUSY",
      "io_uring_register",
    );
    ring.unregisterBuffers();
    const error = await ring.read(file.fd, part, 0).catch((error) => error);
    assertEquals([error.code, error.syscall], ["EFAULT", "read"]);
    assertErrno(() => ring.unregisterBuffers(), "ENXIO", "io_uring_register");
    assertErrno(() => ring.registerBuffers([]), "EINVAL", "io_uring_register");
  },
);

withRing(
  "Registered files stay open without their descriptors",
  async (ring) => {
    const [a, b] = socketpair();
    using file = TestFile.of(bytesOf("hello"));
    const [first, , last] = ring.registerFiles([a.fd, file.fd, b.fd]);
    a.close();
    b.close();
    const dst = new Uint8Array(9);
    const receiving = ring.recv(last!, dst);
    assertEquals(await ring.write(first!, bytesOf("abc")), 3);
    assertEquals([await receiving, textOf(dst.subarray(0, 3))], [3, "abc"]);
    const waiting = ring.poll(first!, POLLIN);
    assertEquals(await ring.cancelFile(first!), 1);
    assertEquals((await waiting.catch((error) => error)).code, "ECANCELED");
    assertErrno(() => ring.registerFiles([file.fd]), "EBUSY");
    ring.unregisterFiles();
    const error = await ring.read(first!, dst).catch((error) => error);
    assertEquals(error.code, "EBADF");
    assertErrno(() => ring.unregisterFiles(), "ENXIO");
    assertErrno(() => ring.registerFiles([-2]), "EBADF");
  },
);
