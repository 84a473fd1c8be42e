/**
 * Error numbers: `<errno.h>`, with the messages of strerror(3).
 *
 * Most numbers above 34 differ between Linux and macOS, so never write a
 * number in code. A constant that this platform lacks is -1, which no call
 * returns.
 *
 * @module
 */

import { byPlatform, errnoOf } from "./_by_platform.ts";

/** Operation not permitted. */
export const EPERM = 1;
/** No such file or directory. */
export const ENOENT = 2;
/** No such process. */
export const ESRCH = 3;
/** Interrupted system call. */
export const EINTR = 4;
/** Input/output error. */
export const EIO = 5;
/** No such device or address. */
export const ENXIO = 6;
/** Argument list too long. */
export const E2BIG = 7;
/** Exec format error. */
export const ENOEXEC = 8;
/** Bad file descriptor. */
export const EBADF = 9;
/** No child processes. */
export const ECHILD = 10;
/** Resource temporarily unavailable. */
export const EAGAIN: number = errnoOf("EAGAIN");
/** The older name of EAGAIN. */
export const EWOULDBLOCK: number = EAGAIN;
/** Cannot allocate memory. */
export const ENOMEM = 12;
/** Permission denied. */
export const EACCES = 13;
/** Bad address. */
export const EFAULT = 14;
/** Block device required. */
export const ENOTBLK = 15;
/** Device or resource busy. */
export const EBUSY = 16;
/** File exists. */
export const EEXIST = 17;
/** Invalid cross-device link. */
export const EXDEV = 18;
/** No such device. */
export const ENODEV = 19;
/** Not a directory. */
export const ENOTDIR = 20;
/** Is a directory. */
export const EISDIR = 21;
/** Invalid argument. */
export const EINVAL = 22;
/** Too many open files in system. */
export const ENFILE = 23;
/** Too many open files. */
export const EMFILE = 24;
/** Inappropriate ioctl for device. */
export const ENOTTY = 25;
/** Text file busy. */
export const ETXTBSY = 26;
/** File too large. */
export const EFBIG = 27;
/** No space left on device. */
export const ENOSPC = 28;
/** Illegal seek. */
export const ESPIPE = 29;
/** Read-only file system. */
export const EROFS = 30;
/** Too many links. */
export const EMLINK = 31;
/** Broken pipe. */
export const EPIPE = 32;
/** Numerical argument out of domain. */
export const EDOM = 33;
/** Numerical result out of range. */
export const ERANGE = 34;
/** Resource deadlock avoided. */
export const EDEADLK: number = errnoOf("EDEADLK");
/** The System V name of EDEADLK. */
export const EDEADLOCK: number = EDEADLK;
/** File name too long. */
export const ENAMETOOLONG: number = errnoOf("ENAMETOOLONG");
/** No locks available. */
export const ENOLCK: number = errnoOf("ENOLCK");
/** Function not implemented. */
export const ENOSYS: number = errnoOf("ENOSYS");
/** Directory not empty. */
export const ENOTEMPTY: number = errnoOf("ENOTEMPTY");
/** Too many levels of symbolic links. */
export const ELOOP: number = errnoOf("ELOOP");
/** No message of desired type. */
export const ENOMSG: number = errnoOf("ENOMSG");
/** Identifier removed. */
export const EIDRM: number = errnoOf("EIDRM");
/** Channel number out of range (Linux). */
export const ECHRNG: number = errnoOf("ECHRNG");
/** Level 2 not synchronized (Linux). */
export const EL2NSYNC: number = errnoOf("EL2NSYNC");
/** Level 3 halted (Linux). */
export const EL3HLT: number = errnoOf("EL3HLT");
/** Level 3 reset (Linux). */
export const EL3RST: number = errnoOf("EL3RST");
/** Link number out of range (Linux). */
export const ELNRNG: number = errnoOf("ELNRNG");
/** Protocol driver not attached (Linux). */
export const EUNATCH: number = errnoOf("EUNATCH");
/** No CSI structure available (Linux). */
export const ENOCSI: number = errnoOf("ENOCSI");
/** Level 2 halted (Linux). */
export const EL2HLT: number = errnoOf("EL2HLT");
/** Invalid exchange (Linux). */
export const EBADE: number = errnoOf("EBADE");
/** Invalid request descriptor (Linux). */
export const EBADR: number = errnoOf("EBADR");
/** Exchange full (Linux). */
export const EXFULL: number = errnoOf("EXFULL");
/** No anode (Linux). */
export const ENOANO: number = errnoOf("ENOANO");
/** Invalid request code (Linux). */
export const EBADRQC: number = errnoOf("EBADRQC");
/** Invalid slot (Linux). */
export const EBADSLT: number = errnoOf("EBADSLT");
/** Bad font file format (Linux). */
export const EBFONT: number = errnoOf("EBFONT");
/** Device not a stream. */
export const ENOSTR: number = errnoOf("ENOSTR");
/** No data available. */
export const ENODATA: number = errnoOf("ENODATA");
/** Timer expired. */
export const ETIME: number = errnoOf("ETIME");
/** Out of streams resources. */
export const ENOSR: number = errnoOf("ENOSR");
/** Machine is not on the network (Linux). */
export const ENONET: number = errnoOf("ENONET");
/** Package not installed (Linux). */
export const ENOPKG: number = errnoOf("ENOPKG");
/** Object is remote. */
export const EREMOTE: number = errnoOf("EREMOTE");
/** Link has been severed. */
export const ENOLINK: number = errnoOf("ENOLINK");
/** Advertise error (Linux). */
export const EADV: number = errnoOf("EADV");
/** Srmount error (Linux). */
export const ESRMNT: number = errnoOf("ESRMNT");
/** Communication error on send (Linux). */
export const ECOMM: number = errnoOf("ECOMM");
/** Protocol error. */
export const EPROTO: number = errnoOf("EPROTO");
/** Multihop attempted. */
export const EMULTIHOP: number = errnoOf("EMULTIHOP");
/** RFS specific error (Linux). */
export const EDOTDOT: number = errnoOf("EDOTDOT");
/** Bad message. */
export const EBADMSG: number = errnoOf("EBADMSG");
/** Value too large for defined data type. */
export const EOVERFLOW: number = errnoOf("EOVERFLOW");
/** Name not unique on network (Linux). */
export const ENOTUNIQ: number = errnoOf("ENOTUNIQ");
/** File descriptor in bad state (Linux). */
export const EBADFD: number = errnoOf("EBADFD");
/** Remote address changed (Linux). */
export const EREMCHG: number = errnoOf("EREMCHG");
/** Can not access a needed shared library (Linux). */
export const ELIBACC: number = errnoOf("ELIBACC");
/** Accessing a corrupted shared library (Linux). */
export const ELIBBAD: number = errnoOf("ELIBBAD");
/** .lib section in a.out corrupted (Linux). */
export const ELIBSCN: number = errnoOf("ELIBSCN");
/** Attempting to link in too many shared libraries (Linux). */
export const ELIBMAX: number = errnoOf("ELIBMAX");
/** Cannot exec a shared library directly (Linux). */
export const ELIBEXEC: number = errnoOf("ELIBEXEC");
/** Invalid or incomplete multibyte or wide character. */
export const EILSEQ: number = errnoOf("EILSEQ");
/** Interrupted system call should be restarted (Linux). */
export const ERESTART: number = errnoOf("ERESTART");
/** Streams pipe error (Linux). */
export const ESTRPIPE: number = errnoOf("ESTRPIPE");
/** Too many users. */
export const EUSERS: number = errnoOf("EUSERS");
/** Socket operation on non-socket. */
export const ENOTSOCK: number = errnoOf("ENOTSOCK");
/** Destination address required. */
export const EDESTADDRREQ: number = errnoOf("EDESTADDRREQ");
/** Message too long. */
export const EMSGSIZE: number = errnoOf("EMSGSIZE");
/** Protocol wrong type for socket. */
export const EPROTOTYPE: number = errnoOf("EPROTOTYPE");
/** Protocol not available. */
export const ENOPROTOOPT: number = errnoOf("ENOPROTOOPT");
/** Protocol not supported. */
export const EPROTONOSUPPORT: number = errnoOf("EPROTONOSUPPORT");
/** Socket type not supported. */
export const ESOCKTNOSUPPORT: number = errnoOf("ESOCKTNOSUPPORT");
/** Operation not supported. */
export const EOPNOTSUPP: number = errnoOf("EOPNOTSUPP");
/** Operation not supported; on Linux the number of EOPNOTSUPP. */
export const ENOTSUP: number = byPlatform({ linux: 95, darwin: 45 });
/** Protocol family not supported. */
export const EPFNOSUPPORT: number = errnoOf("EPFNOSUPPORT");
/** Address family not supported by protocol. */
export const EAFNOSUPPORT: number = errnoOf("EAFNOSUPPORT");
/** Address already in use. */
export const EADDRINUSE: number = errnoOf("EADDRINUSE");
/** Cannot assign requested address. */
export const EADDRNOTAVAIL: number = errnoOf("EADDRNOTAVAIL");
/** Network is down. */
export const ENETDOWN: number = errnoOf("ENETDOWN");
/** Network is unreachable. */
export const ENETUNREACH: number = errnoOf("ENETUNREACH");
/** Network dropped connection on reset. */
export const ENETRESET: number = errnoOf("ENETRESET");
/** Software caused connection abort. */
export const ECONNABORTED: number = errnoOf("ECONNABORTED");
/** Connection reset by peer. */
export const ECONNRESET: number = errnoOf("ECONNRESET");
/** No buffer space available. */
export const ENOBUFS: number = errnoOf("ENOBUFS");
/** Transport endpoint is already connected. */
export const EISCONN: number = errnoOf("EISCONN");
/** Transport endpoint is not connected. */
export const ENOTCONN: number = errnoOf("ENOTCONN");
/** Cannot send after transport endpoint shutdown. */
export const ESHUTDOWN: number = errnoOf("ESHUTDOWN");
/** Too many references: cannot splice. */
export const ETOOMANYREFS: number = errnoOf("ETOOMANYREFS");
/** Connection timed out. */
export const ETIMEDOUT: number = errnoOf("ETIMEDOUT");
/** Connection refused. */
export const ECONNREFUSED: number = errnoOf("ECONNREFUSED");
/** Host is down. */
export const EHOSTDOWN: number = errnoOf("EHOSTDOWN");
/** No route to host. */
export const EHOSTUNREACH: number = errnoOf("EHOSTUNREACH");
/** Operation already in progress. */
export const EALREADY: number = errnoOf("EALREADY");
/** Operation now in progress. */
export const EINPROGRESS: number = errnoOf("EINPROGRESS");
/** Stale file handle. */
export const ESTALE: number = errnoOf("ESTALE");
/** Structure needs cleaning (Linux). */
export const EUCLEAN: number = errnoOf("EUCLEAN");
/** Not a XENIX named type file (Linux). */
export const ENOTNAM: number = errnoOf("ENOTNAM");
/** No XENIX semaphores available (Linux). */
export const ENAVAIL: number = errnoOf("ENAVAIL");
/** Is a named type file (Linux). */
export const EISNAM: number = errnoOf("EISNAM");
/** Remote I/O error (Linux). */
export const EREMOTEIO: number = errnoOf("EREMOTEIO");
/** Disk quota exceeded. */
export const EDQUOT: number = errnoOf("EDQUOT");
/** No medium found (Linux). */
export const ENOMEDIUM: number = errnoOf("ENOMEDIUM");
/** Wrong medium type (Linux). */
export const EMEDIUMTYPE: number = errnoOf("EMEDIUMTYPE");
/** Operation canceled. */
export const ECANCELED: number = errnoOf("ECANCELED");
/** Required key not available (Linux). */
export const ENOKEY: number = errnoOf("ENOKEY");
/** Key has expired (Linux). */
export const EKEYEXPIRED: number = errnoOf("EKEYEXPIRED");
/** Key has been revoked (Linux). */
export const EKEYREVOKED: number = errnoOf("EKEYREVOKED");
/** Key was rejected by service (Linux). */
export const EKEYREJECTED: number = errnoOf("EKEYREJECTED");
/** Owner died. */
export const EOWNERDEAD: number = errnoOf("EOWNERDEAD");
/** State not recoverable. */
export const ENOTRECOVERABLE: number = errnoOf("ENOTRECOVERABLE");
/** Operation not possible due to RF-kill (Linux). */
export const ERFKILL: number = errnoOf("ERFKILL");
/** Memory page has hardware error (Linux). */
export const EHWPOISON: number = errnoOf("EHWPOISON");
/** Too many processes (macOS). */
export const EPROCLIM: number = errnoOf("EPROCLIM");
/** RPC struct is bad (macOS). */
export const EBADRPC: number = errnoOf("EBADRPC");
/** RPC version wrong (macOS). */
export const ERPCMISMATCH: number = errnoOf("ERPCMISMATCH");
/** RPC prog. not avail (macOS). */
export const EPROGUNAVAIL: number = errnoOf("EPROGUNAVAIL");
/** Program version wrong (macOS). */
export const EPROGMISMATCH: number = errnoOf("EPROGMISMATCH");
/** Bad procedure for program (macOS). */
export const EPROCUNAVAIL: number = errnoOf("EPROCUNAVAIL");
/** Inappropriate file type or format (macOS). */
export const EFTYPE: number = errnoOf("EFTYPE");
/** Authentication error (macOS). */
export const EAUTH: number = errnoOf("EAUTH");
/** Need authenticator (macOS). */
export const ENEEDAUTH: number = errnoOf("ENEEDAUTH");
/** Device power is off (macOS). */
export const EPWROFF: number = errnoOf("EPWROFF");
/** Device error (macOS). */
export const EDEVERR: number = errnoOf("EDEVERR");
/** Bad executable (or shared library) (macOS). */
export const EBADEXEC: number = errnoOf("EBADEXEC");
/** Bad CPU type in executable (macOS). */
export const EBADARCH: number = errnoOf("EBADARCH");
/** Shared library version mismatch (macOS). */
export const ESHLIBVERS: number = errnoOf("ESHLIBVERS");
/** Malformed Mach-o file (macOS). */
export const EBADMACHO: number = errnoOf("EBADMACHO");
/** Attribute not found (macOS). */
export const ENOATTR: number = errnoOf("ENOATTR");
/** Policy not found (macOS). */
export const ENOPOLICY: number = errnoOf("ENOPOLICY");
/** Interface output queue is full (macOS). */
export const EQFULL: number = errnoOf("EQFULL");
