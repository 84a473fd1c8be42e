import { checkBits } from "../../ffi/internal.ts";

/** What the answers to OPEN, OPENDIR, CREATE and TMPFILE have. */
export interface Opened {
  readonly flags: number;
  readonly backingId: number;
  readonly backing: number | undefined;
}

/** Checks how a file is opened, before anything depends on it. */
export function checkOpened({ flags, backingId, backing }: Opened): void {
  checkBits("flags", flags);
  checkBits("backingId", backingId);
  if (backing !== undefined) checkBits("backing", backing);
}
