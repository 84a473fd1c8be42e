/** Runs `body`, and returns what it wrote to a stream until it ended. */
export async function withPrinted(
  body: () => Promise<void>,
  stream: { writeSync(bytes: Uint8Array): number } = Deno.stdout,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  const { writeSync } = stream;
  stream.writeSync = (bytes) => {
    text += decoder.decode(bytes, { stream: true });
    return bytes.length;
  };
  try {
    await body();
  } finally {
    stream.writeSync = writeSync;
  }
  return text;
}
