/**
 * A process that shares memory which it may not write: a page of a memfd, and
 * one of a file that it opened for reading. It prints both addresses, and once
 * it is told to, what is in the first page.
 *
 * @module
 */

import { cString } from "../../ffi/c_string.ts";
import { libc } from "../../ffi/libc.ts";
import {
  getpagesize,
  MAP_ANONYMOUS,
  MAP_PRIVATE,
  MAP_SHARED,
  memfdCreate,
  mmap,
  O_RDONLY,
  PROT_READ,
} from "../../posix/mod.ts";

const size = getpagesize();
const own = memfdCreate("own", 0);
libc().ftruncate(own, BigInt(size));
const theirs = libc().open(cString(Deno.args[0]!), O_RDONLY, 0);
const word = mmap(null, size, PROT_READ, MAP_SHARED, own, 0);
const readOnly = mmap(null, size, PROT_READ, MAP_SHARED, theirs, 0);
const flags = MAP_PRIVATE | MAP_ANONYMOUS;
const alone = mmap(null, size, PROT_READ, flags, -1, 0);
const say = (text: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
say([word, readOnly, alone].map(({ address }) => address).join());
Deno.stdin.readSync(new Uint8Array(1));
say(String(word.data[8]));
