import { directory, file, fsOf } from "../../../_support/nodes.ts";

/** A file whose first read waits until it is given up, and says so. */
export default function (path: string) {
  const text = "given up";
  let isGivenUp = false;
  return fsOf(directory({
    waits: file(text, {
      readAll: undefined as never,
      read({ signal }, response) {
        if (isGivenUp) {
          response.data = new TextEncoder().encode(text);
          return;
        }
        return new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            isGivenUp = true;
            reject(signal.reason);
          });
          Deno.writeTextFileSync(path, "started");
        });
      },
    }),
  }));
}
