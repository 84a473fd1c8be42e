import { libc } from "../../ffi/internal.ts";
import {
  MS_DIRSYNC,
  MS_NOATIME,
  MS_NODEV,
  MS_NOEXEC,
  MS_NOSUID,
  MS_RDONLY,
  MS_STRICTATIME,
  MS_SYNCHRONOUS,
} from "../../posix/mod.ts";
import type { MountOptions } from "./mount_options.ts";

/** The type bits of a directory's mode, in the octal that the kernel parses. */
const ROOTMODE = "40000";
const FS_NAME = "hostkit";

/** What fusermount3 lets nobody have but root, who does not need it. */
const PRIVILEGED = [
  "allowDev",
  "allowSuid",
  "blockDevice",
  "context",
  "strictAtime",
] as const;

/** The flag of mount(2) and the word of mount(8) of each option. */
const FLAGS: readonly [keyof MountOptions, flag: number, word: string][] = [
  ["readOnly", MS_RDONLY, "ro"],
  ["noExec", MS_NOEXEC, "noexec"],
  ["noAtime", MS_NOATIME, "noatime"],
  ["strictAtime", MS_STRICTATIME, "strictatime"],
  ["dirSync", MS_DIRSYNC, "dirsync"],
  ["sync", MS_SYNCHRONOUS, "sync"],
];

/** What mount(2) takes beside the directory. */
export interface MountArguments {
  readonly source: string;
  readonly type: string;
  readonly flags: number;
  readonly data: string;
}

/** Returns what to tell mount(2). */
export function mountArguments(
  fd: number,
  options: MountOptions,
): MountArguments {
  const { allowDev, allowSuid, blockDevice, context, fsName, subtype } =
    options;
  const type = blockDevice === undefined ? "fuse" : "fuseblk";
  return {
    source: blockDevice ?? fsName ?? FS_NAME,
    type: subtype === undefined ? type : `${type}.${subtype}`,
    flags: chosenFlags(options).reduce(
      (flags, [, flag]) => flags | flag,
      (allowSuid ? 0 : MS_NOSUID) | (allowDev ? 0 : MS_NODEV),
    ),
    data: [
      `fd=${fd}`,
      `rootmode=${ROOTMODE}`,
      `user_id=${libc().geteuid()}`,
      `group_id=${libc().getegid()}`,
      ...fuseOptions(options),
      ...context === undefined ? [] : [`context="${context}"`],
    ].join(","),
  };
}

/** Returns what to tell fusermount3, whose mounts are always nosuid, nodev. */
export function fusermountOptions(options: MountOptions): string {
  const { fsName = FS_NAME, subtype } = options;
  return [
    `fsname=${escape(fsName)}`,
    ...subtype === undefined ? [] : [`subtype=${escape(subtype)}`],
    ...chosenFlags(options).map(([, , word]) => word),
    ...fuseOptions(options),
  ].join(",");
}

/** Returns the first of the options that fusermount3 cannot set, if any. */
export function privilegedOption(options: MountOptions): string | undefined {
  return PRIVILEGED.find((name) => options[name]);
}

function chosenFlags(options: MountOptions): typeof FLAGS {
  return FLAGS.filter(([name]) => options[name]);
}

/** The options of FUSE itself, for everybody. */
function fuseOptions(options: MountOptions): string[] {
  const { allowOther, blksize, defaultPermissions, maxRead } = options;
  return [
    ...allowOther ? ["allow_other"] : [],
    ...defaultPermissions ? ["default_permissions"] : [],
    ...maxRead === undefined ? [] : [`max_read=${maxRead}`],
    ...blksize === undefined ? [] : [`blksize=${blksize}`],
  ];
}

function escape(text: string): string {
  return text.replaceAll(/[,\\]/g, "\\$&");
}
