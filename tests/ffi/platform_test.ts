import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { platform, selectPlatform } from "../../ffi/platform.ts";

function select(target: string): ReturnType<typeof selectPlatform> {
  const [arch = "", , system = ""] = target.split("-");
  return selectPlatform({ os: system, arch, target });
}

for (const arch of ["x86_64", "aarch64"] as const) {
  Deno.test(`selectPlatform() knows glibc on ${arch}`, () => {
    assertEquals(select(`${arch}-unknown-linux-gnu`), {
      os: "linux",
      arch,
      libc: "libc.so.6",
      errnoLocation: "__errno_location",
      hErrnoLocation: "__h_errno_location",
      inode64: "",
      variadic: "",
    });
  });

  Deno.test(`selectPlatform() knows musl on ${arch}`, () => {
    assertEquals(select(`${arch}-unknown-linux-musl`), {
      os: "linux",
      arch,
      libc: `libc.musl-${arch}.so.1`,
      errnoLocation: "__errno_location",
      hErrnoLocation: "__h_errno_location",
      inode64: "",
      variadic: "",
    });
  });

  Deno.test(`selectPlatform() knows macOS on ${arch}`, () => {
    assertEquals(select(`${arch}-apple-darwin`), {
      os: "darwin",
      arch,
      libc: "libSystem.B.dylib",
      errnoLocation: "__error",
      hErrnoLocation: null,
      // Only Intel Macs ever had a `struct stat` with 32-bit inode numbers.
      inode64: arch === "x86_64" ? "$INODE64" : "",
      // Apple's arm64 alone passes variable arguments in a way of its own.
      variadic: arch === "aarch64" ? "__" : "",
    });
  });
}

Deno.test("selectPlatform() throws, naming the operating system it does not know", () => {
  for (const os of ["windows", "freebsd", "android", "solaris"]) {
    assertThrows(
      () =>
        selectPlatform({ os, arch: "x86_64", target: `x86_64-unknown-${os}` }),
      Error,
      `Cannot run on ${os}: only linux and darwin are supported`,
    );
  }
});

Deno.test("selectPlatform() throws, naming the CPU it does not know", () => {
  assertThrows(
    () => select("riscv64gc-unknown-linux-gnu"),
    Error,
    "Cannot run on riscv64gc: only x86_64 and aarch64 are supported",
  );
});

Deno.test("platform() is the one this program was built for, found once", () => {
  assertEquals(platform(), selectPlatform(Deno.build));
  assertStrictEquals(platform(), platform());
});
