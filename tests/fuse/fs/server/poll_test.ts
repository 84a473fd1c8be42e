import { assertEquals } from "@std/assert";
import {
  POLLIN,
  POLLOUT,
  type PollRequest,
  type PollResponse,
  type PollWakeup,
} from "../../../../fuse/mod.ts";
import type { Handle } from "../../../../fuse/fs/mod.ts";
import { inClient } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../../_support/nodes.ts";

/** A file that is ready to be read once somebody says so. */
class Bell {
  isRung = false;
  readonly #wakeup = Promise.withResolvers<PollWakeup>();

  /** The caller that waits. */
  get waiting(): Promise<PollWakeup> {
    return this.#wakeup.promise;
  }

  poll(request: PollRequest, response: PollResponse): void {
    response.revents = this.isRung ? POLLIN : 0;
    const wakeup = request.wakeup();
    if (wakeup !== undefined && !this.isRung) this.#wakeup.resolve(wakeup);
  }
}

for (const [when, answering] of WAYS) {
  for (const where of ["Node", "Handle"] as const) {
    mountTest(
      `${where}.poll() that answers ${when}: poll(2) waits until notifyPollWakeup()`,
      async (scene) => {
        const bell = new Bell();
        const poll: NonNullable<Handle["poll"]> = (request, response) =>
          bell.poll(request, response);
        const f = file("", {
          ...where === "Node" ? { poll } : {},
          open: () => where === "Handle" ? { poll } : {},
        });
        const fs = fsOf(directory({ f }));
        await using session = await scene.mount(answering(fs));
        const { server } = session;
        const seen = inClient(
          scene.mnt,
          ({ open, poll, O_RDWR }, mnt) =>
            poll(open(mnt + "/f", O_RDWR), 5, 60_000),
        );
        const wakeup = await bell.waiting;
        // Woken too early it waits on.
        await server.notifyPollWakeup(wakeup);
        bell.isRung = true;
        await server.notifyPollWakeup(wakeup);
        assertEquals(await seen, POLLIN);
        // Nobody waits any more.
        await server.notifyPollWakeup(wakeup);
      },
    );
  }
}

mountTest(
  "Handle.poll() is preferred to the node's, and without either a file is always ready",
  async (scene) => {
    const ready =
      (mask: number): NonNullable<Handle["poll"]> => (_, response) =>
        void (response.revents = mask);
    const both = file("", {
      poll: ready(POLLIN),
      open: () => ({ poll: ready(POLLOUT) }),
    });
    const root = directory({ both, plain: file("") });
    await using _session = await scene.mount(fsOf(root));
    assertEquals(
      await inClient(
        scene.mnt,
        ({ open, poll, O_RDWR }, mnt) =>
          ["both", "plain"].map((name) =>
            poll(open(`${mnt}/${name}`, O_RDWR), 5, 0)
          ),
      ),
      [POLLOUT, POLLIN | POLLOUT],
    );
  },
);
