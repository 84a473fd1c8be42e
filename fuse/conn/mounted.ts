/**
 * What a connection knows of its mount, which others make and unmount.
 *
 * @module
 */

/** One mount of this process's mount namespace. */
export interface MountInfo {
  /** Its id: no other mount has it as long as this one is there. */
  id: number;
  /** Where it is mounted: an absolute path without symbolic links. */
  mountpoint: string;
  /** Its device number, `major:minor`. */
  device: string;
  /** Its type, e.g. `"fuse.hostkit"`. */
  type: string;
  /** What is mounted, as mount(8) shows it. */
  source: string;
  /** Its options, e.g. `"ro,nosuid,nodev"`. */
  options: string;
}

/** Unmounts a file system once the process that serves it is gone. */
export interface MountWatcher {
  /**
   * Ends watching, and unmounts unless that has been done.
   *
   * @returns Whether the mount is gone for certain.
   */
  end(isUnmounted: boolean): Promise<boolean>;
}
