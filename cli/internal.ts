/**
 * The workloads and the output of the command, which the benchmarks use as
 * well.
 *
 * @module
 */

export { SEQUENTIAL_WORKLOADS } from "./data_workloads.ts";
export { lister } from "./lister.ts";
export { METADATA_WORKLOADS } from "./metadata_workloads.ts";
export { printUsage, say, warn, write } from "./output.ts";
export { parse } from "./parse.ts";
export { table } from "./table.ts";
export { UsageError } from "./usage_error.ts";
export {
  measure,
  type Operation,
  rateText,
  type Scene,
  type Timing,
  type Workload,
} from "./workload.ts";
export { checked, LARGE, makeFiles, MIB, PAGE } from "./workload_files.ts";
