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

/** The options that fusermount3 allows root only, who does not need it. */
const PRIVILEGED = [
  "allowDev",
  "allowSuid",
  "blockDevice",
  "context",
  "strictAtime",
] as const;

/** Each option's flag for mount(2) and name in mount(8). */
const FLAGS: readonly [keyof MountOptions, flag: number, word: string][] = [
  ["readOnly", MS_RDONLY, "ro"],
  ["noExec", MS_NOEXEC, "noexec"],
  ["noAtime", MS_NOATIME, "noatime"],
  ["strictAtime", MS_STRICTATIME, "strictatime"],
  ["dirSync", MS_DIRSYNC, "dirsync"],
  ["sync", MS_SYNCHRONOUS, "sync"],
];

/** The arguments of mount(2) besides the directory. */
export interface MountArguments {
  readonly source: string;
  readonly type: string;
  readonly flags: number;
  readonly data: string;
}

/** Returns the arguments for mount(2). */
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

/** Returns the options for fusermount3, which always adds nosuid and nodev. */
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

/** Returns the options of FUSE itself, which need no privilege. */
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
