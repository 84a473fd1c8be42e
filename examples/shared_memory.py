"""The other process of shared_memory.ts: maps the same memory at the same
address, follows the pointer in it, and writes an answer after the text."""

import ctypes
import os
import sys

MAP_SHARED = 1
MAP_FIXED_NOREPLACE = 0x100000
PROT_READ, PROT_WRITE = 1, 2

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_long,
]


class Header(ctypes.Structure):
    _fields_ = [
        ("text", ctypes.c_void_p),
        ("text_length", ctypes.c_uint64),
        ("answer", ctypes.c_void_p),
        ("answer_length", ctypes.c_uint64),
    ]


def main(name, address, size):
    fd = libc.shm_open(name.encode(), os.O_RDWR, 0)
    if fd < 0:
        raise OSError(ctypes.get_errno(), "shm_open", name)
    flags = MAP_SHARED | MAP_FIXED_NOREPLACE
    mapped = libc.mmap(address, size, PROT_READ | PROT_WRITE, flags, fd, 0)
    if mapped != address:
        raise OSError(ctypes.get_errno(), "mmap", hex(address))

    header = Header.from_address(address)
    text = ctypes.string_at(header.text, header.text_length).decode()
    print(f"Python reads at {hex(header.text)}: {text}")

    answer = f"{len(text)} characters received".encode()
    header.answer = header.text + header.text_length
    ctypes.memmove(header.answer, answer, len(answer))
    header.answer_length = len(answer)


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
