import { assertEquals, assertThrows } from "@std/assert";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  decodeRequest,
  OpenResponse,
  type Request,
} from "../../../fuse/mod.ts";
import { assertBytes } from "../_dump.ts";
import { SAMPLES } from "./_samples.ts";
import { type Answering, header, replyTo, requestFor, Sink } from "./_sink.ts";

/** The samples whose answer says nothing but that it is done. */
const EMPTY = [
  ...["FLUSH", "RELEASE", "RELEASEDIR", "ACCESS", "DESTROY"],
  ...["UNLINK", "RMDIR", "RENAME", "RENAME2", "FSYNC", "FSYNCDIR", "SYNCFS"],
  ...["SETXATTR", "SETXATTR without FUSE_SETXATTR_EXT", "REMOVEXATTR"],
  ...["SETLK", "SETLKW", "SETLK that unlocks", "SETLKW that unlocks"],
  ...["FALLOCATE", "SETUPMAPPING", "REMOVEMAPPING"],
];

for (const title of EMPTY) {
  Deno.test(`${title} is answered with a header alone`, () => {
    const reply = replyTo<Answering<void>>(
      title,
      (request) => request.respond(),
    );
    assertBytes(reply, header("10000000"));
  });
}

/** The samples whose request the kernel wants an answer to. */
const ANSWERED = SAMPLES.filter(({ title }) =>
  !/^(FORGET|BATCH_FORGET|INTERRUPT|NOTIFY_REPLY)/.test(title)
);

for (const { title } of ANSWERED) {
  Deno.test(`Request.respondError() answers ${title} with the errno alone`, () => {
    const reply = replyTo<Request>(
      title,
      (request) => request.respondError(new SyscallError("open", 2)),
    );
    assertBytes(reply, header("10000000", "feffffff"));
  });

  Deno.test(`Request.respondError() throws when ${title} has been answered`, () => {
    const sink = new Sink();
    const request = requestFor(title, sink);
    request.respondError(new Error());
    const message = `Cannot answer ${request.opname} twice`;
    assertThrows(() => request.respondError(new Error()), Error, message);
    assertEquals(sink.replies.length, 1);
  });
}

for (const { title } of ANSWERED) {
  Deno.test(`Request.respondUnsupported() answers ${title} with ENOSYS`, () => {
    const sink = new Sink();
    const request = requestFor(title, sink);
    request.respondUnsupported();
    assertThrows(() => request.respondUnsupported(), Error, "twice");
    assertEquals(sink.replies.length, 1);
    assertBytes(sink.replies[0]!, header("10000000", "daffffff"));
  });
}

Deno.test("Request.respondError() answers EIO to what is no errno", () => {
  const reply = replyTo<Request>(
    "LOOKUP",
    (request) => request.respondError("a string"),
  );
  assertBytes(reply, header("10000000", "fbffffff"));
});

Deno.test("respond() throws when the request has been answered", () => {
  const sink = new Sink();
  const request = requestFor("ACCESS", sink) as Answering<void>;
  request.respond();
  assertThrows(() => request.respond(), Error, "Cannot answer ACCESS twice");
  assertThrows(() => request.respondError(new Error()), Error, "twice");
  assertEquals(sink.replies.length, 1);
});

Deno.test("respond() that throws leaves the request to be answered", () => {
  const reply = replyTo<Answering<unknown>>("READLINK", (request) => {
    assertThrows(() => request.respond(undefined), TypeError);
    request.respondError(new Error());
  });
  assertBytes(reply, header("10000000", "fbffffff"));
});

/** One of each way in which `respond` learns the class of its response. */
const OTHER = ["INIT", "LOOKUP", "WRITE", "COPY_FILE_RANGE", "STATFS"];

for (const name of OTHER) {
  Deno.test(`respond() answers ${name} with no response of another request`, () => {
    const { title } = SAMPLES.find(({ title }) => title.startsWith(name))!;
    const reply = replyTo<Request & Answering<unknown>>(title, (request) => {
      assertThrows(
        () => request.respond(new OpenResponse()),
        TypeError,
        "response must be",
      );
      request.respondError(new Error());
    });
    assertBytes(reply, header("10000000", "fbffffff"));
  });
}

Deno.test("respond() on a request decoded from bytes goes nowhere", () => {
  const sample = SAMPLES.find(({ title }) => title === "ACCESS")!;
  const request = decodeRequest(sample.bytes) as Answering<void>;
  request.respond();
  assertThrows(() => request.respond(), Error, "Cannot answer ACCESS twice");
});

const UNANSWERED = ["FORGET", "BATCH_FORGET of three nodes", "NOTIFY_REPLY"];

for (const title of UNANSWERED) {
  Deno.test(`${title} is never answered`, () => {
    const sink = new Sink();
    const request = requestFor(title, sink) as Answering<void>;
    request.respond();
    request.respondError(new Error());
    request.respondUnsupported();
    assertEquals(sink.replies, []);
  });
}

Deno.test("InterruptRequest.respond() sends nothing", () => {
  const sink = new Sink();
  (requestFor("INTERRUPT", sink) as Answering<void>).respond();
  assertEquals(sink.replies, []);
});

Deno.test("InterruptRequest.respondError() asks for it to come again", () => {
  const reply = replyTo<Request>(
    "INTERRUPT",
    (request) => request.respondError(new SyscallError("read", 11)),
  );
  assertBytes(reply, header("10000000", "f5ffffff"));
});

Deno.test("UnrecognizedRequest.respond() answers ENOSYS", () => {
  const reply = replyTo<Answering<void>>(
    "an opcode that has no class",
    (request) => request.respond(),
  );
  assertBytes(reply, header("10000000", "daffffff"));
});
