import { assertEquals } from "@std/assert";
import * as posix from "../../posix/mod.ts";
import { mapPages } from "../../posix/mapping.ts";
import { giveUpDropped } from "../../posix/registry.ts";
import { libc } from "../../ffi/libc.ts";

const PS = posix.getpagesize();

/** A weak reference to a buffer that is collected when the test says so. */
class Collectable extends WeakRef<ArrayBuffer> {
  collected = false;

  override deref(): ArrayBuffer | undefined {
    return this.collected ? undefined : super.deref();
  }
}

function mapWeakly(
  address: bigint | null,
  flags = 0,
): posix.Mapping & { hold: Collectable } {
  let hold: Collectable | undefined;
  const mapping = mapPages(
    address,
    PS,
    posix.PROT_RDWR,
    posix.MAP_PRIVATE | posix.MAP_ANONYMOUS | flags,
    -1,
    0,
    (buffer) => hold = new Collectable(buffer),
  );
  return { ...mapping, hold: hold! };
}

Deno.test("munmap() unmaps a mapping that is held weakly", () => {
  const { data, address } = mapWeakly(null);
  posix.munmap(data);
  assertEquals(data.length, 0);
  assertEquals(giveUpDropped(address), undefined);
});

Deno.test("giveUpDropped() gives up a mapping once its buffer is gone, once", () => {
  const { address, hold } = mapWeakly(null);
  assertEquals(giveUpDropped(address), undefined);
  hold.collected = true;
  const { start, end } = giveUpDropped(address)!;
  assertEquals([start, end], [address, address + BigInt(PS)]);
  assertEquals(giveUpDropped(address), undefined);
  assertEquals(libc().munmap(start, end - start), 0);
});

Deno.test("giveUpDropped() keeps pages that another buffer shows", () => {
  const first = mapWeakly(null);
  const second = mapWeakly(first.address, posix.MAP_FIXED);
  first.hold.collected = true;
  assertEquals(giveUpDropped(first.address), undefined);
  second.data[0] = 1;
  posix.munmap(second.data);
});
