/** Runs `body`, and returns what it wrote to standard output until it ended. */
export async function withPrinted(body: () => Promise<void>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  const { writeSync } = Deno.stdout;
  Deno.stdout.writeSync = (bytes) => {
    text += decoder.decode(bytes, { stream: true });
    return bytes.length;
  };
  try {
    await body();
  } finally {
    Deno.stdout.writeSync = writeSync;
  }
  return text;
}
