/**
 * Passes an open file from one Deno process to another, which could not have
 * opened it: neither may read files, and only one of them says which.
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

/** Waits for one peer, and copies the file that it sends to standard output. */
async function receive(name: string): Promise<void> {
  // A name that starts with a NUL has no file that could stay behind.
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

/** Opens a file and sends it to who waits. */
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
