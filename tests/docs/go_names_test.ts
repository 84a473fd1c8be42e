import { isQemu } from "../_support/platform.ts";
import { assertEquals, assertThrows } from "@std/assert";
import {
  type Exports,
  parseGoNames,
  readExports,
  readGoNames,
  type Row,
} from "./_go_exports.ts";
import goExports from "../data/go-exports.json" with { type: "json" };
import { goNames } from "./_go_declarations.ts";

const ROWS = parseGoNames(readGoNames());

let exports: Promise<Exports> | undefined;

function exportsNow(): Promise<Exports> {
  return exports ??= readExports(ROWS);
}

/** Fails with the rows that break a rule. */
function assertNone(rows: readonly Row[], what: string): void {
  assertEquals(
    rows.map((row) =>
      `${row.goPackage} ${row.go} -> ${row.module} ${row.typescript}`
    ),
    [],
    what,
  );
}

Deno.test("docs/go-names.md has every Go identifier exactly once", () => {
  const wanted = goExports.map((it) => `${it.package} ${it.name}`);
  const found = ROWS.map((row) => `${row.goPackage} ${row.go}`);
  assertEquals({
    missing: wanted.filter((name) => !found.includes(name)),
    unknown: found.filter((name) => !wanted.includes(name)),
    repeated: found.filter((name, i) => found.indexOf(name) !== i),
  }, { missing: [], unknown: [], repeated: [] });
});

Deno.test("docs/go-names.md has every name that the pages of the Go packages declare", async () => {
  const file = new URL("../data/go-declarations.txt", import.meta.url);
  const found = new Set(ROWS.map((row) => `${row.goPackage} ${row.go}`));
  const declared = goNames(await Deno.readTextFile(file));
  assertEquals([...declared].filter((name) => !found.has(name)), []);
});

Deno.test("docs/go-names.md names only what is exported", {
  ignore: isQemu,
}, async () => {
  const now = await exportsNow();
  assertNone(
    ROWS.filter(({ isName, module, typescript }) =>
      isName && !now.has(module, typescript)
    ),
    "not exported",
  );
});

Deno.test("docs/go-names.md names values that exist at run time", {
  ignore: isQemu,
}, async () => {
  const now = await exportsNow();
  const missing: Row[] = [];
  for (const row of ROWS) {
    if (!row.isName || !now.isValue(row.module, row.typescript)) {
      continue;
    }
    const namespace = await import(now.url(row.module)!);
    if (!(row.typescript in namespace)) missing.push(row);
  }
  assertNone(missing, "exported as a type only");
});

Deno.test("parseGoNames() throws on a row that it cannot read", () => {
  for (
    const row of [
      "| `A` | `a` |",
      "| `A` | `a` | `./posix` | yes |",
      "| `A` | | `./posix` |",
    ]
  ) {
    assertThrows(() => parseGoNames(row), Error, row);
  }
});
