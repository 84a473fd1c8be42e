/**
 * The description of a connection's mount, and the watcher that unmounts it.
 *
 * @module
 */

/** One mount of this process's mount namespace. */
export interface MountInfo {
  /** The mount id, unique while the mount exists. */
  id: number;
  /** The mount point: an absolute path without symbolic links. */
  mountpoint: string;
  /** The device number, `major:minor`. */
  device: string;
  /** The file system type, e.g. `"fuse.hostkit"`. */
  type: string;
  /** The source, as mount(8) shows it. */
  source: string;
  /** The mount options, e.g. `"ro,nosuid,nodev"`. */
  options: string;
}

/** A watcher that unmounts a file system when the process serving it ends. */
export interface MountWatcher {
  /**
   * Ends watching, and unmounts unless the mount is gone already.
   *
   * @returns Whether the mount is certainly gone.
   */
  end(isUnmounted: boolean): Promise<boolean>;
}
