/**
 * A program that prints the constants another platform would see, as JSON: the
 * operating system and CPU are its two arguments.
 *
 * @module
 */

const [os, arch] = Deno.args;
Object.defineProperty(Deno, "build", { value: { ...Deno.build, os, arch } });
import("../../posix/mod.ts").then((posix) => {
  const constants = Object.entries(posix).filter(([, value]) =>
    typeof value === "number"
  );
  // deno-lint-ignore no-console -- a program's output
  console.log(JSON.stringify(Object.fromEntries(constants)));
});
