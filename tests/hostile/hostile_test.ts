import { assertEquals } from "@std/assert";
import deno from "../../deno.json" with { type: "json" };
import { denoCommand, isQemu } from "../_support/platform.ts";
import { readExports } from "./_exports.ts";
import { TABLES } from "./_tables.ts";

const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
const RUN = `${import.meta.dirname}/_run.ts`;
/** The time limit of a module's process, in milliseconds. */
const LIMIT_MS = 120_000;

/** The output of a module's process. */
interface Said {
  /** The call that ended the process, if any. */
  readonly last: string | undefined;
  /** The faults, one for each line. */
  readonly faults: string[];
}

async function runTable(module: string): Promise<Said> {
  const [program, ...args] = denoCommand;
  // Some arguments are file names, and a call may create the file.
  const cwd = await Deno.makeTempDir();
  const { stdout, stderr, code, signal } = await new Deno.Command(program, {
    args: [
      ...args,
      "run",
      "--allow-all",
      "--no-check",
      `--config=${CONFIG}`,
      RUN,
      module,
    ],
    cwd,
    stdin: "null",
    signal: AbortSignal.timeout(LIMIT_MS),
  }).output();
  await Deno.remove(cwd, { recursive: true });
  const decoder = new TextDecoder();
  const lines = decoder.decode(stdout).trimEnd().split("\n");
  const ended = lines.at(-1) === "end";
  return {
    last: ended
      ? undefined
      : `${lines.at(-1)}: ${signal ?? code} ${decoder.decode(stderr)}`,
    faults: lines.filter((line) => line.startsWith("!")),
  };
}

for (const module of Object.keys(TABLES)) {
  Deno.test(`${module} refuses every hostile argument by name, and survives`, {
    ignore: isQemu,
  }, async () => {
    const { last, faults } = await runTable(module);
    assertEquals(faults, []);
    assertEquals(last, undefined, "the process ended in a call");
  });
}

Deno.test("Every symbol of every module has a row of how to call it", {
  ignore: isQemu,
}, async () => {
  const modules = Object.keys(deno.exports).filter((name) => name !== ".");
  assertEquals(Object.keys(TABLES).toSorted(), modules.toSorted());
  const missing: string[] = [];
  const unknown: string[] = [];
  const untried: string[] = [];
  for (
    const [module, { names, types, options, fields }] of await readExports(
      modules,
    )
  ) {
    const table = await TABLES[module]!.table();
    const { constants, types: known = "", rows } = table;
    const listed = new Set([...Object.keys(rows), ...known.split(" ")]);
    const has = (name: string): boolean => listed.delete(name);
    missing.push(
      ...[...names, ...types]
        .filter((name) => !has(name) && !constants?.test(name))
        .map((name) => `${module} ${name}`),
    );
    for (const { name, param, fields } of options) {
      const row = rows[name];
      if (row === undefined || typeof row === "string") continue;
      const { params, rule } = row;
      const known = { ...rule.fields, ...rule.untried };
      if (Object.hasOwn(known, param)) continue;
      if (params[param] !== "options") {
        untried.push(`${module} ${name} ${param}`);
      }
      untried.push(
        ...fields.filter((field) => !Object.hasOwn(known, field))
          .map((field) => `${module} ${name} ${param}.${field}`),
      );
    }
    untried.push(
      ...fields.filter((field) => {
        const [type, name] = field.split(".") as [string, string];
        return table.fields?.[type]?.[name] === undefined;
      }).map((field) => `${module} ${field}`),
    );
    unknown.push(...[...listed].filter(Boolean).map((it) => `${module} ${it}`));
  }
  assertEquals({ missing, unknown, untried }, {
    missing: [],
    unknown: [],
    untried: [],
  });
});
