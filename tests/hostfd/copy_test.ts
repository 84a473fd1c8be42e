import { assertEquals, assertThrows } from "@std/assert";
import {
  copyFileRange,
  type HostFd,
  pipe,
  splice,
  SPLICE_F_NONBLOCK,
} from "../../hostfd/mod.ts";
import { assertErrno, NOT_INT, NOT_LENGTH } from "../posix/throws.ts";
import { bytesOf, textOf } from "../usermem/_case.ts";
import { TestFile } from "./_files.ts";

const ignore = Deno.build.os !== "linux";

/** Runs `body` with two files, the first of which has a content. */
function withFiles(
  name: string,
  body: (from: TestFile, to: TestFile) => void,
): void {
  Deno.test({
    name,
    ignore,
    fn() {
      using from = TestFile.of(bytesOf("hello world"), 2);
      using to = TestFile.of(bytesOf("...."), 1);
      body(from, to);
    },
  });
}

function withPipe(body: (reader: HostFd, writer: HostFd) => void): void {
  const [reader, writer] = pipe();
  using _reader = reader;
  using _writer = writer;
  body(reader, writer);
}

withFiles(
  "copyFileRange() copies at offsets, and moves no position",
  (from, to) => {
    assertEquals(copyFileRange(from.fd, 6, to.fd, 2n, 3), 3);
    assertEquals(textOf(to.content), "..wor");
    assertEquals([from.position, to.position], [2, 1]);
  },
);

withFiles(
  "copyFileRange() copies at the positions, and moves them",
  (from, to) => {
    assertEquals(copyFileRange(from.fd, -1, to.fd, -1, 4), 4);
    assertEquals(textOf(to.content), ".llo ");
    assertEquals([from.position, to.position], [6, 5]);
  },
);

withFiles(
  "copyFileRange() returns null at the end, and 0 for no byte",
  (from, to) => {
    assertEquals(copyFileRange(from.fd, 9, to.fd, 0, 100), 2);
    assertEquals(copyFileRange(from.fd, 11, to.fd, 0, 100), null);
    assertEquals(copyFileRange(from.fd, 0, to.fd, 0, 0), 0);
  },
);

withFiles("copyFileRange() throws what the system says", (from, to) => {
  const call = "copy_file_range";
  assertErrno(() => copyFileRange(-1, 0, to.fd, 0, 1), "EBADF", call);
  assertErrno(() => copyFileRange(from.fd, 0, -1, 0, 1), "EBADF", call);
  assertErrno(() => copyFileRange(from.fd, 0, from.fd, 1, 5), "EINVAL", call);
  assertErrno(() => copyFileRange(from.fd, 0, to.fd, 0, 1, 1), "EINVAL", call);
  assertErrno(() => copyFileRange(from.fd, -2, to.fd, 0, 1), "EINVAL", call);
});

withFiles("splice() moves bytes between a file and a pipe", (from, to) => {
  withPipe((reader, writer) => {
    assertEquals(splice(from.fd, 6, writer.fd, -1, 3), 3);
    assertEquals(splice(from.fd, -1, writer.fd, -1, 2), 2);
    assertEquals(splice(reader.fd, -1, to.fd, 4, 100), 5);
    assertEquals(textOf(to.content), "....worll");
    assertEquals([from.position, to.position], [4, 1]);
    assertEquals(splice(from.fd, 11, writer.fd, -1, 100), null);
    assertEquals(splice(from.fd, 0, writer.fd, -1, 0), 0);
    writer.close();
    assertEquals(splice(reader.fd, -1, to.fd, 0, 1), null);
  });
});

withFiles("splice() throws what the system says", (from, to) => {
  withPipe((reader, writer) => {
    assertErrno(() => splice(from.fd, 0, to.fd, 0, 1), "EINVAL", "splice");
    assertErrno(() => splice(from.fd, 0, writer.fd, 0, 1), "ESPIPE", "splice");
    assertErrno(() => splice(-1, 0, writer.fd, -1, 1), "EBADF", "splice");
    assertErrno(
      () => splice(reader.fd, -1, to.fd, 0, 1, SPLICE_F_NONBLOCK),
      "EAGAIN",
      "splice",
    );
  });
});

for (const copy of [copyFileRange, splice]) {
  Deno.test(`${copy.name}() throws RangeError for what is no integer`, {
    ignore,
  }, () => {
    for (const value of NOT_INT) {
      assertThrows(() => copy(value, 0, 0, 0, 1), RangeError);
      assertThrows(() => copy(0, 0, value, 0, 1), RangeError);
    }
    for (const value of [NaN, 0.5, 2 ** 53, 2n ** 63n]) {
      assertThrows(() => copy(0, value, 0, 0, 1), RangeError);
      assertThrows(() => copy(0, 0, 0, value, 1), RangeError);
    }
    for (const value of [-1, ...NOT_LENGTH]) {
      assertThrows(() => copy(0, 0, 0, 0, value), RangeError);
    }
    assertThrows(() => copy(0, 0, 0, 0, 1, 0.5), RangeError);
  });
}
