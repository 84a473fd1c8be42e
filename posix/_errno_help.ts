/** The practical meaning of each error number, on Linux and macOS. */
export const ERRNO_HELP: Readonly<Record<string, string>> = {
  EPERM:
    "The caller lacks the privilege: the operation is for root, for a capability, or for the owner of the object. Changes of sealed memfds and immutable files fail with this error for every user.",
  ENOENT:
    "A part of the path, or the object named, does not exist. Check the spelling, each directory of the path, and dangling symbolic links.",
  ESRCH: "No process, thread or process group has that ID; it may have ended.",
  EINTR:
    "A signal arrived before the call could finish. Call again, unless the signal was meant to stop it.",
  EIO:
    "The device or the file system failed to read or write. The kernel log (dmesg) often says more, and data written before may be lost.",
  ENXIO:
    "The special file names a device that is not there, or no process reads the FIFO that was opened for writing with O_NONBLOCK. Seeking for data (SEEK_DATA) after the last data also fails with this error.",
  E2BIG:
    "The arguments and the environment of a new program take more room than the system allows, or a structure is larger than the kernel's version of it.",
  ENOEXEC:
    "The file may be executed, but the kernel cannot load its format: a script without #!, or a program for another CPU.",
  EBADF:
    "The number is not an open file descriptor, or the mode of the descriptor does not allow the operation, such as a read when it is open for writing only. Most often the descriptor was closed before.",
  ECHILD:
    "There is no child process to wait for, or the process named is not a child of the caller.",
  EAGAIN:
    "The call cannot go on now but may later: nothing to read on a non-blocking descriptor, a lock that another process holds, or a limit on processes or locked memory. Wait until the descriptor is ready, or try again. EWOULDBLOCK is the same number.",
  ENOMEM:
    "The kernel has no memory, address space or room for one more mapping. For mmap and mlock look at RLIMIT_AS, RLIMIT_MEMLOCK and vm.max_map_count; from mprotect, madvise, msync and mlock it means that a part of the range is not mapped.",
  EACCES:
    "The permission bits, an access control list or a security module forbid it. Every directory on a path must be searchable; a mapping needs a descriptor open in a mode that allows its protection.",
  EFAULT:
    "An address given to the kernel is not mapped, or not for this kind of access.",
  ENOTBLK:
    "A block device is needed, as for the source of a mount, and the file is something else.",
  EBUSY:
    "The object is in use in a way that excludes this: a directory that is mounted on, a device held open, a memfd with writable mappings that is to be sealed against writing.",
  EEXIST:
    "The name is taken, and the call was asked to create it. With MAP_FIXED_NOREPLACE it is the range of addresses that is taken.",
  EXDEV:
    "The two names are on different file systems, which a link or rename cannot cross. Copy the file and delete the original.",
  ENODEV:
    "The device does not exist, or its driver or file system cannot do this. From mmap it means that this kind of file cannot be mapped: a directory, a pipe, a socket.",
  ENOTDIR: "A part of the path that must be a directory is something else.",
  EISDIR:
    "The call works on files, and this is a directory, which can be neither written nor unlinked.",
  EINVAL:
    "An argument has a value that the call does not accept: an unknown flag, a length of 0, an offset or address that is not a multiple of the page size. The man page of the call lists the cases.",
  ENFILE:
    "The system as a whole has reached its limit of open files (fs.file-max).",
  EMFILE:
    "This process has reached its limit of open descriptors (RLIMIT_NOFILE, ulimit -n). Look for descriptors that are never closed, or raise the limit.",
  ENOTTY:
    "The descriptor is not a terminal, or its device does not know this ioctl.",
  ETXTBSY:
    "A program that is running cannot be written, and a file that is open for writing cannot be executed.",
  EFBIG:
    "The file would grow beyond RLIMIT_FSIZE, or beyond what the file system can hold.",
  ENOSPC:
    "The device is full, or out of inodes; also a limit of another kind, such as that on inotify watches. Writing through a mapping of a full file system ends in SIGBUS instead.",
  ESPIPE:
    "A pipe, FIFO or socket has no position: it cannot seek, nor read or write at an offset.",
  EROFS: "The file system is mounted read-only.",
  EMLINK:
    "The file has as many hard links, or the directory as many subdirectories, as its file system allows.",
  EPIPE:
    "No process reads from the other end of the pipe or socket any more. The writer also gets SIGPIPE, unless it ignores that signal.",
  EDOM:
    "A mathematical function was given an argument outside the range for which it is defined.",
  ERANGE:
    "The result does not fit: a number too large or too small for its type, or a buffer too short for what should be returned.",
  EDEADLK:
    "Waiting for the lock would never end, as its owner waits for the caller. EDEADLOCK is the same number on Linux.",
  ENAMETOOLONG:
    "The path is longer than PATH_MAX, or one name in it longer than NAME_MAX, in bytes and not in characters. The name of a shared memory object has at most 255 bytes on Linux, 30 on macOS.",
  ENOLCK:
    "No more file locks can be recorded, or the lock service of a network file system does not answer.",
  ENOSYS:
    "The kernel does not have this system call, or the file system does not implement the operation. A newer kernel or another approach is needed.",
  ENOTEMPTY: "The directory has entries other than . and .. in it.",
  ELOOP:
    "The path leads through too many symbolic links, perhaps in a circle; or its last part is one, and the call was told not to follow it (O_NOFOLLOW).",
  ENOMSG:
    "The System V message queue has no message of the type that was asked for.",
  EIDRM:
    "The System V message queue, semaphore set or shared memory segment was removed while the caller used it.",
  ECHRNG:
    "A channel number was beyond what the device has. Kept for programs from System V; Linux hardly uses it.",
  EL2NSYNC: "Layer 2 of a link protocol is out of step. Hardly used on Linux.",
  EL3HLT: "Layer 3 of a link protocol has stopped. Hardly used on Linux.",
  EL3RST: "Layer 3 of a link protocol was reset. Hardly used on Linux.",
  ELNRNG: "A link number was beyond what the device has. Hardly used on Linux.",
  EUNATCH: "The driver of the protocol, or the device itself, is not attached.",
  ENOCSI:
    "The driver has no control structure left to work with. Hardly used on Linux.",
  EL2HLT: "Layer 2 of a link protocol has stopped. Hardly used on Linux.",
  EBADE:
    "An exchange between two parties of a driver or network protocol went wrong.",
  EBADR: "A driver was handed a request descriptor that it does not know.",
  EXFULL: "The driver's table of exchanges is full.",
  ENOANO: "An entry in a driver's table is missing. Hardly used on Linux.",
  EBADRQC: "The driver or service does not know a request with this code.",
  EBADSLT: "There is no slot with this number.",
  EBFONT: "The font file is not in a format that can be loaded.",
  ENOSTR: "The call needs a STREAMS device, which Linux does not have.",
  ENODATA:
    "There is nothing to return. Most often it is an extended attribute that the file does not have; macOS says ENOATTR for that.",
  ETIME:
    "A timer ran out: a device did not answer in time, or a time limit in io_uring passed.",
  ENOSR: "STREAMS, or a driver that borrows its errors, is out of buffers.",
  ENONET: "The machine has no network that could carry this.",
  ENOPKG:
    "A component that the call needs is not installed, such as the cipher of a key.",
  EREMOTE:
    "The object lies on another machine, and the operation works on local ones only.",
  ENOLINK: "The connection to the machine that holds the object is broken.",
  EADV:
    "A resource is still advertised to other machines. Kept for programs from System V.",
  ESRMNT:
    "Other machines still have the resource mounted. Kept for programs from System V.",
  ECOMM: "The data could not be sent over a communication link.",
  EPROTO:
    "The other side violated the protocol, or a device sent an invalid response. With USB devices, suspect the cable.",
  EMULTIHOP:
    "Reaching the object would take a hop over a further machine, which is not allowed.",
  EDOTDOT:
    "An error of Remote File Sharing alone. Kept for programs from System V.",
  EBADMSG:
    "The data read is damaged: a file system returns this error when a checksum does not match, a message queue when a message is malformed.",
  EOVERFLOW:
    "A number does not fit the type that must hold it, such as the end of a mapping beyond the largest offset, or a user ID that the user namespace does not map.",
  ENOTUNIQ: "A name that must be unique on the network is not.",
  EBADFD:
    "The descriptor is open, but in a state that does not allow this, such as a sound device that is not set up.",
  EREMCHG: "The address of the other side changed meanwhile.",
  ELIBACC: "A shared library that the program needs cannot be opened.",
  ELIBBAD: "A shared library is damaged, or is not a shared library.",
  ELIBSCN: "The list of libraries in an old a.out program is damaged.",
  ELIBMAX: "The program needs more shared libraries than the system allows.",
  ELIBEXEC: "A shared library cannot be started as a program.",
  EILSEQ:
    "The bytes are not valid text in the expected encoding, or a character has no form in it. Some file systems refuse such a file name.",
  ERESTART:
    "The kernel's own note to start an interrupted call again. A program sees it only when it traces another.",
  ESTRPIPE:
    "The stream was suspended and must be resumed: a sound device after the machine slept.",
  EUSERS: "A table with a place for each user is full.",
  ENOTSOCK: "The descriptor is open, but it is not a socket.",
  EDESTADDRREQ:
    "The socket is not connected, so each message needs an address to go to.",
  EMSGSIZE:
    "The message is longer than the protocol, the queue or the buffer allows, and it cannot be sent in parts.",
  EPROTOTYPE:
    "This type of socket does not support the protocol; or a Unix socket was to be connected to a socket of another type.",
  ENOPROTOOPT: "There is no such socket option at this level.",
  EPROTONOSUPPORT: "The kernel does not know this protocol.",
  ESOCKTNOSUPPORT: "The address family has no sockets of this type.",
  EOPNOTSUPP:
    "The object is there, but its kind does not offer the operation: a socket without connections, or a file system without this feature. On Linux ENOTSUP is the same number.",
  ENOTSUP:
    "The object, or the system, does not offer this operation or combination of flags.",
  EPFNOSUPPORT: "The kernel does not know this protocol family.",
  EAFNOSUPPORT:
    "The socket does not support addresses of this family, or the family is disabled in the kernel, as IPv6 may be.",
  EADDRINUSE:
    "A socket already has this address, or had it a moment ago. Stop the other program, choose another port, or set SO_REUSEADDR.",
  EADDRNOTAVAIL:
    "The address is not one of this machine's, or no port is free.",
  ENETDOWN: "The network interface is switched off.",
  ENETUNREACH: "No route leads to that network.",
  ENETRESET:
    "The network broke the connection: the other machine was restarted.",
  ECONNABORTED:
    "The connection was aborted before it was accepted, or by this machine.",
  ECONNRESET:
    "The other side reset the connection: it crashed, was restarted, or left data unread when it closed.",
  ENOBUFS:
    "The kernel has no buffer for this; the queue of a network interface may be full.",
  EISCONN:
    "The socket is connected already: it cannot be connected again, and messages cannot have a destination address.",
  ENOTCONN:
    "The socket is not connected, and no address was given. On the path of a FUSE mount it means that the server has ended: unmount the file system.",
  ESHUTDOWN: "This side of the connection was shut down for sending.",
  ETOOMANYREFS:
    "Too many references to a kernel object exist: on Linux, too many descriptors are in transit in messages between Unix sockets.",
  ETIMEDOUT:
    "The other side did not answer in time, or a wait reached its limit. The machine may be off, overloaded or behind a firewall.",
  ECONNREFUSED:
    "The machine answers, but no process listens at that address. Check the port, and that the server is running.",
  EHOSTDOWN: "The network is there, but the machine does not answer.",
  EHOSTUNREACH:
    "There is no route to that machine, or a firewall rejects the traffic.",
  EALREADY:
    "The same operation is in progress already, such as connecting a non-blocking socket.",
  EINPROGRESS:
    "The operation has begun and continues in the background. For a socket, wait until it is writable, then read SO_ERROR.",
  ESTALE:
    "The file was deleted or replaced on the server, or in the file system, since it was opened. Open the path again.",
  EUCLEAN:
    "The file system has found its own structures damaged. Unmount it and run its checker.",
  ENOTNAM:
    "The file is not a XENIX semaphore or shared memory file. Linux itself does not use it.",
  ENAVAIL: "There are no XENIX semaphores. Linux itself does not use it.",
  EISNAM:
    "The file is a XENIX semaphore or shared memory file. Linux itself does not use it.",
  EREMOTEIO:
    "A device at the other end of a bus, such as I2C, did not complete the transfer.",
  EDQUOT: "The disk quota of the user, group or project is used up.",
  ENOMEDIUM: "There is no disk or card in the drive.",
  EMEDIUMTYPE: "The disk or card in the drive is of the wrong kind.",
  ECANCELED: "The operation was cancelled before it was complete.",
  ENOKEY:
    "No keyring holds the key that is needed, as for an encrypted directory that is locked.",
  EKEYEXPIRED: "The key has expired; get a new one.",
  EKEYREVOKED: "The key was withdrawn and cannot be used any more.",
  EKEYREJECTED:
    "The key was found but not accepted: its signature is wrong, or the system does not trust it.",
  EOWNERDEAD:
    "The owner of the robust mutex has died. The caller now holds the lock and must make the protected state consistent.",
  ENOTRECOVERABLE:
    "The thread that got a robust mutex after its owner's death did not make the protected state consistent, so the mutex can only be destroyed.",
  ERFKILL:
    "A switch, on the machine or in software, has turned the radio off; see rfkill.",
  EHWPOISON:
    "The hardware has found the memory under this page faulty, and the content is lost.",
  EPROCLIM: "The user runs as many processes as the limit allows.",
  EBADRPC: "The message of a remote procedure call is malformed.",
  ERPCMISMATCH: "The two sides speak different versions of the RPC protocol.",
  EPROGUNAVAIL: "The server does not offer this RPC program.",
  EPROGMISMATCH: "The server offers another version of the RPC program.",
  EPROCUNAVAIL: "The RPC program has no such procedure.",
  EFTYPE: "The operation does not support the file's type or format.",
  EAUTH:
    "The server, most often one of NFS, did not accept who the caller claims to be.",
  ENEEDAUTH: "The server wants the caller to prove who it is first.",
  EPWROFF: "The device has no power.",
  EDEVERR:
    "The device reports a failure of its own, such as a printer without paper.",
  EBADEXEC: "The program or shared library cannot be loaded.",
  EBADARCH: "The program has no code for this CPU.",
  ESHLIBVERS:
    "A shared library does not have the version that the program was built with.",
  EBADMACHO: "The file does not conform to the Mach-O format.",
  ENOATTR: "The file has no extended attribute of that name.",
  ENOPOLICY: "There is no such policy.",
  EQFULL: "The queue of packets to be sent by a network interface is full.",
};
