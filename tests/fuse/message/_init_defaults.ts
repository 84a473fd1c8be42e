import * as flag from "../../../fuse/abi/constants.ts";

/** What is taken up with no options. */
export const DEFAULTS = flag.FUSE_ASYNC_READ | flag.FUSE_BIG_WRITES |
  flag.FUSE_SPLICE_WRITE | flag.FUSE_SPLICE_MOVE | flag.FUSE_SPLICE_READ |
  flag.FUSE_HAS_IOCTL_DIR | flag.FUSE_AUTO_INVAL_DATA |
  flag.FUSE_NO_OPEN_SUPPORT |
  flag.FUSE_PARALLEL_DIROPS | flag.FUSE_ABORT_ERROR | flag.FUSE_MAX_PAGES |
  flag.FUSE_NO_OPENDIR_SUPPORT | flag.FUSE_INIT_EXT |
  flag.FUSE_HAS_EXPIRE_ONLY | flag.FUSE_HAS_RESEND;
