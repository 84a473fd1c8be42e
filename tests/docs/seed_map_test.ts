import { isQemu } from "../_support/platform.ts";
import { assertEquals, assertThrows } from "@std/assert";
import {
  type Exports,
  parseSeedMap,
  readExports,
  readSeedMap,
  type Row,
} from "../../tools/seed_map.ts";
import seeds from "../data/seed-exports.json" with { type: "json" };
import { goNames } from "./_go_names.ts";

const ROWS = parseSeedMap(readSeedMap());

let exports: Promise<Exports> | undefined;

function exportsNow(): Promise<Exports> {
  return exports ??= readExports(ROWS);
}

/** Fails with the rows that break a rule. */
function assertNone(rows: readonly Row[], what: string): void {
  assertEquals(
    rows.map((row) =>
      `${row.seedPackage} ${row.seed} -> ${row.module} ${row.typescript}`
    ),
    [],
    what,
  );
}

Deno.test("docs/seed-map.md has every seed identifier exactly once", () => {
  const wanted = seeds.map((seed) => `${seed.package} ${seed.name}`);
  const found = ROWS.map((row) => `${row.seedPackage} ${row.seed}`);
  assertEquals({
    missing: wanted.filter((name) => !found.includes(name)),
    unknown: found.filter((name) => !wanted.includes(name)),
    repeated: found.filter((name, i) => found.indexOf(name) !== i),
  }, { missing: [], unknown: [], repeated: [] });
});

Deno.test("docs/seed-map.md has every name that the seeds' pages declare", async () => {
  const file = new URL("../data/seed-declarations.txt", import.meta.url);
  const found = new Set(ROWS.map((row) => `${row.seedPackage} ${row.seed}`));
  const declared = goNames(await Deno.readTextFile(file));
  assertEquals([...declared].filter((name) => !found.has(name)), []);
});

Deno.test("docs/seed-map.md says yes only to what is exported", {
  ignore: isQemu,
}, async () => {
  const now = await exportsNow();
  assertNone(
    ROWS.filter(({ state, module, typescript }) =>
      state === "yes" && !now.has(module, typescript)
    ),
    "not exported",
  );
});

Deno.test("docs/seed-map.md says yes only to values that exist at run time", {
  ignore: isQemu,
}, async () => {
  const now = await exportsNow();
  const missing: Row[] = [];
  for (const row of ROWS) {
    if (row.state !== "yes" || !now.isValue(row.module, row.typescript)) {
      continue;
    }
    const namespace = await import(now.url(row.module)!);
    if (!(row.typescript in namespace)) missing.push(row);
  }
  assertNone(missing, "exported as a type only");
});

Deno.test("docs/seed-map.md says planned only to what is not exported", {
  ignore: isQemu,
}, async () => {
  const now = await exportsNow();
  assertNone(
    ROWS.filter(({ state, module, typescript }) =>
      state === "planned" && now.has(module, typescript)
    ),
    "exported already: run tools/seed_map.ts",
  );
});

Deno.test("docs/seed-map.md says what replaces each replaced identifier", () => {
  assertNone(
    ROWS.filter((row) => row.state === "replaced" && row.typescript === ""),
    "replaced by nothing",
  );
});

Deno.test("parseSeedMap() throws on a row that it cannot read", () => {
  for (
    const row of [
      "| `A` | `a` | `./posix` | perhaps |",
      "| `A` | `a` | `./posix` | yes | |",
      "| `A` | a function | `./posix` | planned |",
    ]
  ) {
    assertThrows(() => parseSeedMap(row), Error, row);
  }
});
