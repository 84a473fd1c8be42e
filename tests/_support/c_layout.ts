/**
 * Compares struct layouts declared in TypeScript with the C compiler's.
 *
 * @module
 */

import type { Struct } from "../../ffi/struct.ts";
import { evaluate } from "./c_compiler.ts";

/** What a comparison found. */
export interface LayoutReport {
  /** How many numbers were compared: sizes, alignments and offsets. */
  readonly compared: number;
  /** What differs, e.g. `"pollfd.events: offset 8, in C 4"`. */
  readonly mismatches: readonly string[];
  /** What the header does not know: `"pollfd"`, or `"pollfd.events"`. */
  readonly unknown: readonly string[];
}

interface Probe {
  readonly name: string;
  readonly property: "size" | "alignment" | "offset";
  readonly expression: string;
  readonly declared: number;
}

function probesOf({ cName, size, align, offset }: Struct): Probe[] {
  const type = `struct ${cName}`;
  return [
    {
      name: cName,
      property: "size",
      expression: `sizeof(${type})`,
      declared: size,
    },
    {
      name: cName,
      property: "alignment",
      expression: `_Alignof(${type})`,
      declared: align,
    },
    ...Object.entries(offset).map(([field, declared]): Probe => ({
      name: `${cName}.${field}`,
      property: "offset",
      expression: `__builtin_offsetof(${type}, ${field})`,
      declared,
    })),
  ];
}

/**
 * Compares declared structs with what the C compiler makes of their headers.
 *
 * @param structs The structs, each with its header.
 * @param program The compiler, such as one for another CPU.
 * @throws {Error} If a header cannot be included alone.
 */
export function compareWithCompiler(
  structs: readonly Struct[],
  program?: string,
): LayoutReport {
  let compared = 0;
  const mismatches: string[] = [];
  const unknown = new Set<string>();
  for (const [header, group] of Map.groupBy(structs, (s) => s.header)) {
    const probes = group.flatMap(probesOf);
    const values = evaluate(header, probes.map((p) => p.expression), program);
    for (const [i, { name, property, declared }] of probes.entries()) {
      const actual = values[i];
      if (actual === undefined) {
        // A struct that is not known has no known field either.
        if (!unknown.has(name.split(".")[0]!)) unknown.add(name);
        continue;
      }
      compared++;
      if (actual !== declared) {
        mismatches.push(`${name}: ${property} ${declared}, in C ${actual}`);
      }
    }
  }
  return { compared, mismatches, unknown: [...unknown] };
}
