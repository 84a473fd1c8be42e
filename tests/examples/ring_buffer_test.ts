import { assert, assertEquals, assertMatch } from "@std/assert";
import { exampleCommand, runExample } from "../_support/example.ts";
import { isQemu } from "../_support/platform.ts";

/** Sends bytes through the ring; returns what arrives. */
async function throughRing(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  await using sender = exampleCommand(["ring_buffer", "send"], {
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const errors = sender.stderr.pipeThrough(new TextDecoderStream()).getReader();
  const path = (await errors.read()).value!.trimEnd();
  assertMatch(path, /^\/proc\/\d+\/fd\/\d+$/);
  const receiver = exampleCommand(["ring_buffer", "receive", path], {
    stdin: "null",
  }).output();
  const input = sender.stdin.getWriter();
  const [{ code, stdout, stderr }] = await Promise.all([
    receiver,
    input.write(bytes).then(() => input.close()),
  ]);
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  assertEquals([(await errors.read()).done, (await sender.status).code], [
    true,
    0,
  ]);
  return stdout;
}

Deno.test({
  name: "examples/ring_buffer.ts carries bytes from one process to another",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    // Several times around the ring, and no whole number of slots.
    const bytes = new Uint8Array((5 << 20) + 17);
    crypto.getRandomValues(bytes.subarray(0, 65_536));
    for (let i = 65_536; i < bytes.length; i++) bytes[i] = bytes[i - 65_535]!;
    const received = await throughRing(bytes);
    assert(
      received.length === bytes.length &&
        received.every((byte, i) => byte === bytes[i]),
    );
  },
});

Deno.test({
  name: "examples/ring_buffer.ts carries nothing",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    assertEquals(await throughRing(new Uint8Array(0)), new Uint8Array(0));
  },
});

Deno.test({
  name: "examples/ring_buffer.ts says how it is called, and what goes wrong",
  // Each of these processes takes the emulator seconds.
  ignore: Deno.build.os !== "linux" || isQemu,
  fn: async () => {
    const usage = "Usage: ring_buffer.ts send | receive PATH\n";
    for (const words of [[], ["send", "x"], ["receive"], ["take", "x"]]) {
      const outcome = await runExample("ring_buffer", ...words);
      assertEquals(outcome, { code: 2, out: "", err: usage });
    }
    const path = await Deno.makeTempFile();
    assertEquals(await runExample("ring_buffer", "receive", path), {
      code: 1,
      out: "",
      err: "Cannot receive: not a ring's memory\n",
    });
    await Deno.remove(path);
    const { code, err } = await runExample("ring_buffer", "receive", path);
    assertEquals(code, 1);
    assertMatch(err, /^Cannot receive: open ".*": ENOENT: /);
  },
});
