/**
 * The npm package `@riaskov/mmap-io`, if it can be installed. It is an add-on
 * of Node that Deno cannot load, so Node measures it.
 *
 * @module
 */

import { runSync } from "./_child.ts";

const PACKAGE = "@riaskov/mmap-io@1.4.3";

const SCRIPT = `
const { openSync, fstatSync, closeSync } = require("node:fs");
const { map, PROT_READ, MAP_SHARED } = require("@riaskov/mmap-io");
const [path, count] = process.argv.slice(1);

function open() {
  const fd = openSync(path, "r");
  const { size } = fstatSync(fd);
  const { buffer, byteOffset } = map(size, PROT_READ, MAP_SHARED, fd, 0);
  closeSync(fd);
  return new Float64Array(buffer, byteOffset, size / 8);
}

function sum() {
  const numbers = open();
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i];
  return sum;
}

function readAt(places) {
  const numbers = open();
  let sum = 0;
  for (const place of places) sum += numbers[place];
  return sum;
}

function time(body) {
  const start = performance.now();
  body();
  return performance.now() - start;
}

const { size } = require("node:fs").statSync(path);
const places = Array.from(
  { length: Number(count) },
  () => Math.floor(Math.random() * size / 8),
);
const body = places.length > 0 ? () => readAt(places) : sum;
// The first call also compiles the code.
body();
console.log(time(body));
`;

/** Measurements of the package on a file. */
export interface MmapIo {
  /** Returns the time to sum all numbers, in milliseconds. */
  sum(path: string): number;
  /** Returns the time of `count` random reads, in milliseconds. */
  readAt(path: string, count: number): number;
}

/** Installs the package in a directory; returns `undefined` if that fails. */
export function installMmapIo(dir: string): MmapIo | undefined {
  const run = (path: string, count: number): number => {
    const words = ["node", "-e", SCRIPT, "--", path, String(count)];
    return parseFloat(runSync(words, { cwd: dir }));
  };
  try {
    Deno.writeTextFileSync(`${dir}/package.json`, "{}");
    const words = ["timeout", "120", "npm", "install", "--silent", PACKAGE];
    runSync(words, { cwd: dir });
    Deno.writeTextFileSync(`${dir}/probe`, "8 bytes.");
    run(`${dir}/probe`, 1);
  } catch {
    return undefined;
  }
  return {
    sum: (path) => run(path, 0),
    readAt: run,
  };
}
