/**
 * The workloads: system calls of a process that is not the server.
 *
 * @module
 */

import {
  METADATA_WORKLOADS,
  SEQUENTIAL_WORKLOADS,
  type Workload,
} from "../cli/internal.ts";
import { THREAD_WORKLOADS, type ThreadWorkload } from "./_thread_workloads.ts";
import { TREE_WORKLOADS } from "./_tree_workloads.ts";

/**
 * The workloads by name. Trees come last, since they make thousands of inodes
 * known to a server.
 */
export const WORKLOADS: Readonly<Record<string, Workload | ThreadWorkload>> = {
  ...METADATA_WORKLOADS,
  ...SEQUENTIAL_WORKLOADS,
  ...THREAD_WORKLOADS,
  ...TREE_WORKLOADS,
};

/** Whether a run of the workload takes so long that a few runs are enough. */
export function isLong(name: string): boolean {
  return name === "git" || name === "untar";
}
