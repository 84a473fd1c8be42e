import { addressOf } from "../../ffi/mod.ts";
import { row, type Table } from "./_table.ts";

/** Why no value is refused: an error must not hide the one it reports. */
const SHOWN = "shown as it is";
const memory = new Uint8Array(64);

export const FFI: Table = {
  types: "SyscallErrorOptions",
  rows: {
    addressOf: row({ view: "bytes" }, () => [memory], {
      takes: { view: "Uint16Array DataView ArrayBuffer detached" },
    }),
    viewAt: row({ address: "big", length: "count" }, () => [
      addressOf(memory),
      64,
    ]),
    SyscallError: row(
      { syscall: "text", errno: "number", options: "options" },
      () => ["open", 2, {}],
      {
        takes: { syscall: "*", errno: "*" },
        untried: { path: SHOWN, transferred: SHOWN, hint: SHOWN },
      },
    ),
  },
};
