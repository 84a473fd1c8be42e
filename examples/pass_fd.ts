/**
 * Passes an open file from one Deno process to another. Neither process has
 * Deno's permission to read files, and only the sender knows the path.
 *
 * ```sh
 * deno run --allow-ffi examples/pass_fd.ts receive my-socket &
 * deno run --allow-ffi examples/pass_fd.ts send my-socket /etc/hostname
 * ```
 *
 * @module
 */

import {
  accept,
  connectUnix,
  HostFd,
  listenUnix,
  pollAsync,
  POLLIN,
  recvFds,
  sendFds,
} from "@hostkit/hostkit/hostfd";

/** Waits for a peer, and copies the file that it passes to standard output. */
async function receive(name: string): Promise<void> {
  // A name that starts with a NUL creates no file that would have to be
  // removed.
  using server = listenUnix(`\0${name}`);
  // deno-lint-ignore no-console -- a command's output
  console.error(`Waiting on ${name}`);
  await pollAsync([{ fd: server.fd, events: POLLIN }]);
  using peer = accept(server.fd);
  await pollAsync([{ fd: peer.fd, events: POLLIN }]);
  const [file] = recvFds(peer.fd, 1);
  using received = file!;
  await received.readable.pipeTo(Deno.stdout.writable);
}

/** Opens a file and passes it to the receiver. */
function send(name: string, path: string): void {
  using file = HostFd.open(path);
  using peer = connectUnix(`\0${name}`);
  sendFds(peer.fd, [file.fd]);
}

async function main([verb, name, path]: string[]): Promise<void> {
  if (verb === "receive" && name) await receive(name);
  else if (verb === "send" && name && path) send(name, path);
  else throw new Error("Usage: pass_fd.ts receive NAME | send NAME FILE");
}

if (import.meta.main) main(Deno.args);
