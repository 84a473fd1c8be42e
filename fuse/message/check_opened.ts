import { checkBits } from "../../ffi/internal.ts";

/** The fields common to the answers to OPEN, OPENDIR, CREATE and TMPFILE. */
export interface Opened {
  readonly flags: number;
  readonly backingId: number;
  readonly backing: number | undefined;
}

/** Checks the fields of an answer that opens a file, before their use. */
export function checkOpened({ flags, backingId, backing }: Opened): void {
  checkBits("flags", flags);
  checkBits("backingId", backingId);
  if (backing !== undefined) checkBits("backing", backing);
}
