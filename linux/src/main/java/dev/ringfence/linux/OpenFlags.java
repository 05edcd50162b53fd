// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

/** What openat2(2) and its relatives may be asked for: asm/fcntl.h and linux/openat2.h. */
public final class OpenFlags {

  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_ACCMODE = 3;
  public static final int O_CREAT = 0x40;
  public static final int O_EXCL = 0x80;
  public static final int O_NOCTTY = 0x100;
  public static final int O_TRUNC = 0x200;
  public static final int O_APPEND = 0x400;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_DSYNC = 0x1000;
  public static final int O_SYNC = 0x101000;
  public static final int O_DIRECT = Linux.perArchitecture(0x4000, 0x10000);
  public static final int O_DIRECTORY = Linux.perArchitecture(0x10000, 0x4000);
  public static final int O_NOFOLLOW = Linux.perArchitecture(0x20000, 0x8000);
  public static final int O_NOATIME = 0x40000;
  public static final int O_CLOEXEC = 0x80000;
  public static final int O_PATH = 0x200000;

  /** Not across a mount point, bind mounts included. */
  public static final int RESOLVE_NO_XDEV = 0x01;

  /** Not through links such as those of /proc/PID/fd. */
  public static final int RESOLVE_NO_MAGICLINKS = 0x02;

  /** Not through any symbolic link, the last name included. */
  public static final int RESOLVE_NO_SYMLINKS = 0x04;

  /** Not out of the directory: absolute paths, {@code ..} and links that leave give EXDEV. */
  public static final int RESOLVE_BENEATH = 0x08;

  /** The directory is the root: paths that would leave are bent back to it. */
  public static final int RESOLVE_IN_ROOT = 0x10;

  /** Only if the name cache can answer without blocking, else EAGAIN (Linux 5.12). */
  public static final int RESOLVE_CACHED = 0x20;

  /** In the place of a directory descriptor: the process's working directory. */
  public static final int AT_FDCWD = -100;

  public static final int AT_SYMLINK_NOFOLLOW = 0x100;
  public static final int AT_REMOVEDIR = 0x200;
  public static final int AT_SYMLINK_FOLLOW = 0x400;
  public static final int AT_EMPTY_PATH = 0x1000;

  private OpenFlags() {}
}
