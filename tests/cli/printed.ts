/** Runs `body`, and returns what it wrote to standard output. */
export function printed(body: () => void): string {
  const decoder = new TextDecoder();
  let text = "";
  const { writeSync } = Deno.stdout;
  Deno.stdout.writeSync = (bytes) => {
    text += decoder.decode(bytes, { stream: true });
    return bytes.length;
  };
  try {
    body();
  } finally {
    Deno.stdout.writeSync = writeSync;
  }
  return text;
}
