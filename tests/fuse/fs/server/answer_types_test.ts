/**
 * Answers that are not of the type that they should be, and memory that a
 * handler gives away: each costs its own request.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { inClient } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import {
  directory,
  file,
  fsOf,
  type SmallNode,
  WAYS,
} from "../../../_support/nodes.ts";

/** What JavaScript may return, whatever the types say. */
const any = (value: unknown): never => value as never;

/** Bytes whose memory is somebody else's. */
function detached(): Uint8Array {
  const bytes = new Uint8Array([104, 105]);
  bytes.buffer.transfer();
  return bytes;
}

/** A file whose content is read by a method. */
const read = (read: SmallNode["read"]): SmallNode =>
  file("content", { readAll: any(undefined), read: read! });

const WRONG: readonly (readonly [string, unknown])[] = [
  ["a string", "text"],
  ["an array", [1, 2]],
  ["an ArrayBuffer", new ArrayBuffer(4)],
  ["numbers of 16 bits", new Uint16Array(4)],
  ["null", null],
  ["detached", detached()],
];

for (const [when, answering] of WAYS) {
  mountTest(
    `What is no bytes, answered ${when}, is EIO and a report`,
    async (scene) => {
      const reports: unknown[] = [];
      const files = Object.fromEntries(WRONG.flatMap(([name, value]) => [
        [
          `read ${name}`,
          read((_request, response) => void (response.data = any(value))),
        ],
        [`readAll ${name}`, file("content", { readAll: () => any(value) })],
      ]));
      const root = directory({ ...files, good: file("good") });
      await using _session = await scene.mount(answering(fsOf(root)), {
        onError: (error) => reports.push(error),
        directIO: true,
      });
      const names = [...Object.keys(files), "good"];
      const seen = await inClient(
        scene.mnt,
        ({ attempt, content }, mnt, names) =>
          names.map((name) => attempt(content, `${mnt}/${name}`)),
        names,
      );
      assertEquals(seen, [...Object.keys(files).map(() => "EIO"), "good"]);
      assertEquals(
        reports.map((error) => error instanceof TypeError),
        Object.keys(files).map(() => true),
      );
    },
  );

  mountTest(
    `Extended attributes and targets that are no bytes or text, answered ${when}, are EIO`,
    async (scene) => {
      const reports: unknown[] = [];
      const link = (target: unknown): SmallNode => ({
        attr: (attr) => void (attr.mode = 0o120777),
        readlink: () => any(target),
      });
      const root = directory({
        file: file("content", {
          getxattr: ({ name }) =>
            any(WRONG[Number(name.slice("user.".length))]![1]),
          listxattr: () => any("user.a"),
        }),
        numbers: file("", { listxattr: () => any([7]) }),
        bytes: link(new Uint8Array([97])),
        number: link(7),
        nothing: link(undefined),
      });
      await using _session = await scene.mount(answering(fsOf(root)), {
        onError: (error) => reports.push(error),
      });
      // What is null is no attribute at all, as undefined.
      const kinds = WRONG.flatMap(([, value], i) => value === null ? [] : [i]);
      const seen = await inClient(
        scene.mnt,
        ({ attempt, getxattr, listxattr, readlink }, mnt, kinds) => [
          ...kinds.map((i) => attempt(getxattr, `${mnt}/file`, `user.${i}`)),
          attempt(listxattr, `${mnt}/file`),
          attempt(listxattr, `${mnt}/numbers`),
          ...["bytes", "number", "nothing"].map((name) =>
            attempt(readlink, `${mnt}/${name}`)
          ),
        ],
        kinds,
      );
      assertEquals(seen, new Array(kinds.length + 5).fill("EIO"));
      assertEquals(reports.length, seen.length);
    },
  );

  mountTest(
    `A handler that transfers response.buffer, answering ${when}, costs one read`,
    async (scene) => {
      const reports: unknown[] = [];
      const kept: Uint8Array<ArrayBuffer>[] = [];
      const root = directory({
        length: read((_request, response) => {
          response.buffer.buffer.transfer();
          response.length = 0;
        }),
        data: read((_request, response) => {
          response.buffer.buffer.transfer();
          response.data = new Uint8Array([97]);
        }),
        thrower: read((_request, response) => {
          response.buffer.buffer.transfer();
          throw new Error("after all");
        }),
        late: read(({ offset }, response) => {
          response.buffer[0] = 97;
          response.length = offset === 0 ? 1 : 0;
          kept.push(response.buffer);
        }),
        good: file("good"),
      });
      await using _session = await scene.mount(answering(fsOf(root)), {
        onError: (error) => reports.push(error),
        directIO: true,
      });
      const use = () =>
        inClient(
          scene.mnt,
          ({ attempt, content }, mnt) =>
            ["length", "data", "thrower", "good", "late", "good"].map((name) =>
              attempt(content, `${mnt}/${name}`)
            ),
        );
      const expected = ["EIO", "EIO", "EIO", "good", "a", "good"];
      const first = await use();
      // Buffers of answers that were given long ago.
      for (const { buffer } of kept) if (!buffer.detached) buffer.transfer();
      const again = await use();
      for (const seen of [first, again]) {
        assertEquals(seen, expected);
      }
      assertEquals(reports.length, 6);
    },
  );

  mountTest(
    `A handler that transfers what it was written, answering ${when}, costs nothing`,
    async (scene) => {
      const reports: unknown[] = [];
      const taken: number[] = [];
      const sink = file("", {
        write({ data }) {
          taken.push(data.buffer.transfer().byteLength);
        },
        setattr: () => {},
        setxattr: ({ xattr }) =>
          void taken.push(xattr.buffer.transfer().byteLength),
      });
      await using _session = await scene.mount(
        answering(fsOf(directory({ sink, good: file("good") }))),
        { onError: (error) => reports.push(error), directIO: true },
      );
      const seen = await inClient(
        scene.mnt,
        ({ attempt, close, content, open, setxattr, write, ...sys }, mnt) => {
          const fd = open(`${mnt}/sink`, sys.O_WRONLY);
          const written = [1, 2, 3].map(() => attempt(write, fd, "hello"));
          close(fd);
          const set = [1, 2].map(() =>
            attempt(setxattr, `${mnt}/sink`, "user.x", "value")
          );
          return [written, set, attempt(content, `${mnt}/good`)];
        },
      );
      assertEquals(seen, [[5, 5, 5], [null, null], "good"]);
      assertEquals(taken.length, 5);
      assertEquals(reports, []);
    },
  );
}
