import { assertEquals, assertThrows } from "@std/assert";
import {
  type GetxattrRequest,
  GetxattrResponse,
  type ListxattrRequest,
  ListxattrResponse,
} from "../../../fuse/mod.ts";
import { assertBytes, bytesOf } from "../_dump.ts";
import { header, replyTo } from "./_sink.ts";

/** Answers GETXATTR of a size with a value. */
function replyToGetxattr(size: number, xattr: Uint8Array): Uint8Array {
  return replyTo<GetxattrRequest>("GETXATTR", (request) => {
    request.size = size;
    const response = new GetxattrResponse();
    response.xattr = xattr;
    request.respond(response);
  });
}

/** Answers LISTXATTR of a size with two names. */
function replyToListxattr(size: number): Uint8Array {
  return replyTo<ListxattrRequest>("LISTXATTR", (request) => {
    request.size = size;
    const response = new ListxattrResponse();
    response.append("user.a");
    response.append("user.é", "user.\udcff");
    request.respond(response);
  });
}

const NAMES = `
  757365722e61        user.a
  00                  its end
  757365722ec3a9      user.é
  00                  its end
  757365722eff        user. and a byte that is not UTF-8
  00                  its end
`;

Deno.test("GetxattrRequest.respond() tells the length when asked with size 0", () => {
  assertBytes(
    replyToGetxattr(0, new Uint8Array(65536)),
    `
    ${header("18000000")}
    00000100          size
    00000000          padding
  `,
  );
});

Deno.test("GetxattrRequest.respond() sends a value that fits", () => {
  const value = bytesOf("00ff00");
  for (const size of [3, 4, 65536]) {
    assertBytes(
      replyToGetxattr(size, value),
      `
      ${header("13000000")}
      00ff00          the value
    `,
    );
  }
  assertBytes(replyToGetxattr(1, new Uint8Array(0)), header("10000000"));
});

Deno.test("GetxattrRequest.respond() answers ERANGE to a size too small", () => {
  assertBytes(
    replyToGetxattr(2, bytesOf("00ff00")),
    header("10000000", "deffffff"),
  );
});

Deno.test("ListxattrRequest.respond() tells the length when asked with size 0", () => {
  assertBytes(
    replyToListxattr(0),
    `
    ${header("18000000")}
    16000000          size
    00000000          padding
  `,
  );
});

Deno.test("ListxattrRequest.respond() sends the names, each with its NUL", () => {
  for (const size of [22, 23]) {
    assertBytes(replyToListxattr(size), header("26000000") + NAMES);
  }
});

Deno.test("ListxattrRequest.respond() answers ERANGE to a size too small", () => {
  assertBytes(replyToListxattr(21), header("10000000", "deffffff"));
});

for (const name of ["", "\0", "user.a\0"]) {
  Deno.test(`ListxattrResponse.append() refuses ${JSON.stringify(name)}`, () => {
    const response = new ListxattrResponse();
    response.append("user.a");
    assertThrows(() => response.append("user.b", name), RangeError);
    assertEquals(response.xattr.length, 7);
  });
}
