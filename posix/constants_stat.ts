/**
 * File types and permissions in `st_mode`: `<sys/stat.h>`, the same everywhere.
 *
 * @module
 */

/** Mask of the file type. */
export const S_IFMT = 0o170000;
/** Type: socket. */
export const S_IFSOCK = 0o140000;
/** Type: symbolic link. */
export const S_IFLNK = 0o120000;
/** Type: regular file. */
export const S_IFREG = 0o100000;
/** Type: block device. */
export const S_IFBLK = 0o60000;
/** Type: directory. */
export const S_IFDIR = 0o40000;
/** Type: character device. */
export const S_IFCHR = 0o20000;
/** Type: FIFO or pipe. */
export const S_IFIFO = 0o10000;
/** Set the effective user ID on execution. */
export const S_ISUID = 0o4000;
/**
 * Set the effective group ID on execution; new files inherit a directory's
 * group.
 */
export const S_ISGID = 0o2000;
/**
 * Sticky bit: only the owner of a file, or of the directory that it is in, can
 * remove it.
 */
export const S_ISVTX = 0o1000;
/** Mask of the owner's permissions. */
export const S_IRWXU = 0o700;
/** The owner may read. */
export const S_IRUSR = 0o400;
/** The owner may write. */
export const S_IWUSR = 0o200;
/** The owner may execute, or search a directory. */
export const S_IXUSR = 0o100;
/** Mask of the group's permissions. */
export const S_IRWXG = 0o70;
/** The group may read. */
export const S_IRGRP = 0o40;
/** The group may write. */
export const S_IWGRP = 0o20;
/** The group may execute, or search a directory. */
export const S_IXGRP = 0o10;
/** Mask of the permissions of all other users. */
export const S_IRWXO = 0o7;
/** All other users may read. */
export const S_IROTH = 0o4;
/** All other users may write. */
export const S_IWOTH = 0o2;
/** All other users may execute, or search a directory. */
export const S_IXOTH = 0o1;
/** The BSD name of S_IRUSR. */
export const S_IREAD = 0o400;
/** The BSD name of S_IWUSR. */
export const S_IWRITE = 0o200;
/** The BSD name of S_IXUSR. */
export const S_IEXEC = 0o100;
