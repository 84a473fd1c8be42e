/**
 * READDIRPLUS and READDIR answered by hand, with nothing but a `Conn`.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import * as fuse from "../../../fuse/mod.ts";
import { inClient } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";

const NAMES = Array.from({ length: 12 }, (_, i) => `file ${i}`);

function entryOf(i: number): fuse.LookupResponse {
  const response = new fuse.LookupResponse();
  response.node = BigInt(i + 2);
  response.attr.inode = BigInt(i + 2);
  response.attr.mode = 0o100444;
  return response;
}

function listing(isPlus: boolean): Uint8Array {
  let data = new Uint8Array(0);
  for (const name of [".", ".."]) {
    const dirent = { inode: 1n, type: fuse.DT_DIR, name };
    data = isPlus
      ? fuse.appendDirentPlus(data, dirent)
      : fuse.appendDirent(data, dirent);
  }
  for (const [i, name] of NAMES.entries()) {
    data = isPlus
      ? fuse.appendDirentPlus(data, { name }, entryOf(i))
      : fuse.appendDirent(data, { name });
  }
  return data;
}

/** Answers what `ls` asks; `asked` gets the names of the requests. */
function answer(request: fuse.Request, asked: Set<string>): void {
  asked.add(request.opname);
  switch (request.opname) {
    case "GETATTR": {
      const response = new fuse.GetattrResponse();
      response.attr.mode = request.header.node === 1n ? 0o40555 : 0o100444;
      return request.respond(response);
    }
    case "LOOKUP":
      return request.respond(entryOf(NAMES.indexOf(request.name)));
    case "READDIR":
    case "READDIRPLUS": {
      const response = new fuse.ReadResponse();
      const data = listing(request.opname === "READDIRPLUS");
      response.data = data.subarray(request.offset);
      return request.respond(response);
    }
    case "RENAME":
      return request.respond();
    default:
      return request.respondUnsupported();
  }
}

for (const readdirplus of [undefined, "auto", "always"] as const) {
  mountTest(
    `A server by hand lists all of a directory, readdirplus ${readdirplus}`,
    async (scene) => {
      const options = readdirplus === undefined ? {} : { readdirplus };
      const conn = await fuse.mount(scene.mnt, options);
      const asked = new Set<string>();
      const served = (async () => {
        for await (const request of conn) answer(request, asked);
      })();
      const seen = await inClient(
        scene.mnt,
        ({ lstat, scandir }, mnt) =>
          scandir(mnt).map(({ name, ino }) => [
            name,
            ino > 0n && (lstat(`${mnt}/${name}`).mode & 0o170000) === 0o100000,
          ]),
      );
      await fuse.unmount(conn);
      await served;
      assertEquals(seen, NAMES.map((name) => [name, true]));
      assertEquals(asked.has("READDIRPLUS"), readdirplus !== undefined);
    },
  );
}

mountTest(
  "RENAME with flags never reaches who answers RENAME alone",
  async (scene) => {
    const conn = await fuse.mount(scene.mnt);
    const asked = new Set<string>();
    const served = (async () => {
      for await (const request of conn) answer(request, asked);
    })();
    const seen = await inClient(
      scene.mnt,
      ({ attempt, rename }, mnt) => [
        attempt(rename, `${mnt}/file 1`, `${mnt}/file 2`, 2),
        attempt(rename, `${mnt}/file 1`, `${mnt}/file 2`),
      ],
    );
    await fuse.unmount(conn);
    await served;
    assertEquals(seen, ["EINVAL", null]);
    assert(asked.has("RENAME2") && asked.has("RENAME"));
  },
);

Deno.test("No request of one kind is an instance of another kind's class", () => {
  const relatives: [fuse.Request, unknown][] = [
    [new fuse.ReaddirplusRequest(), fuse.ReadRequest],
    [new fuse.TmpfileRequest(), fuse.CreateRequest],
    [new fuse.Rename2Request(), fuse.RenameRequest],
  ];
  for (const [request, other] of relatives) {
    assertEquals(request instanceof (other as typeof fuse.Request), false);
    assert(request instanceof fuse.Request);
  }
  assertEquals("name" in new fuse.TmpfileRequest(), false);
});

Deno.test("appendDirentPlus() puts what LOOKUP answers before the entry", () => {
  const data = fuse.appendDirentPlus(
    fuse.appendDirentPlus(new Uint8Array(0), { name: "." }),
    { inode: 5n, type: fuse.DT_REG, name: "hello" },
    entryOf(3),
  );
  const view = new DataView(data.buffer, data.byteOffset);
  const first = 128 + 32;
  assertEquals(data.length, 2 * first);
  // No node: the kernel does not count a lookup.
  assertEquals(view.getBigUint64(0, true), 0n);
  // FUSE_UNKNOWN_INO, and the cookie behind the record.
  assertEquals(view.getBigUint64(128, true), 0xffffffffn);
  assertEquals(view.getBigUint64(136, true), BigInt(first));
  assertEquals(view.getBigUint64(first, true), 5n);
  assertEquals(view.getBigUint64(first + 128 + 8, true), BigInt(2 * first));
  assertThrows(() => fuse.appendDirentPlus(data, { name: "a/b" }), RangeError);
});

Deno.test("A response caches nothing unless it says so", () => {
  const response = new fuse.LookupResponse();
  assertEquals([response.entryValidMs, response.attr.validMs], [0, 0]);
});
