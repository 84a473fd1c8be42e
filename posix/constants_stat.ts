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
/** Set the user ID when executed. */
export const S_ISUID = 0o4000;
/** Set the group ID when executed; in a directory, new files get its group. */
export const S_ISGID = 0o2000;
/** Sticky: in a directory, only owners remove their files. */
export const S_ISVTX = 0o1000;
/** Mask of what the owner may do. */
export const S_IRWXU = 0o700;
/** The owner may read. */
export const S_IRUSR = 0o400;
/** The owner may write. */
export const S_IWUSR = 0o200;
/** The owner may execute, or search a directory. */
export const S_IXUSR = 0o100;
/** Mask of what the group may do. */
export const S_IRWXG = 0o70;
/** The group may read. */
export const S_IRGRP = 0o40;
/** The group may write. */
export const S_IWGRP = 0o20;
/** The group may execute, or search a directory. */
export const S_IXGRP = 0o10;
/** Mask of what everyone else may do. */
export const S_IRWXO = 0o7;
/** Everyone else may read. */
export const S_IROTH = 0o4;
/** Everyone else may write. */
export const S_IWOTH = 0o2;
/** Everyone else may execute, or search a directory. */
export const S_IXOTH = 0o1;
/** The BSD name of S_IRUSR. */
export const S_IREAD = 0o400;
/** The BSD name of S_IWUSR. */
export const S_IWRITE = 0o200;
/** The BSD name of S_IXUSR. */
export const S_IEXEC = 0o100;
