// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

/**
 * The pseudo file systems, as fstatfs(2) tells them (linux/magic.h): their files are not data but
 * doors into the kernel and into other processes.
 */
public final class FileSystemMagic {

  public static final long PROC_SUPER_MAGIC = 0x9fa0L;
  public static final long SYSFS_MAGIC = 0x62656572L;
  public static final long DEBUGFS_MAGIC = 0x64626720L;
  public static final long TRACEFS_MAGIC = 0x74726163L;
  public static final long SECURITYFS_MAGIC = 0x73636673L;
  public static final long SELINUX_MAGIC = 0xf97cff8cL;
  public static final long SMACK_MAGIC = 0x43415d53L;
  public static final long AAFS_MAGIC = 0x5a3c69f0L;
  public static final long CGROUP_SUPER_MAGIC = 0x27e0ebL;
  public static final long CGROUP2_SUPER_MAGIC = 0x63677270L;
  public static final long BPF_FS_MAGIC = 0xcafe4a11L;
  public static final long PSTOREFS_MAGIC = 0x6165676cL;
  public static final long EFIVARFS_MAGIC = 0xde5e81e4L;
  public static final long BINFMTFS_MAGIC = 0x42494e4dL;
  public static final long NSFS_MAGIC = 0x6e736673L;
  public static final long PID_FS_MAGIC = 0x50494446L;
  public static final long DEVPTS_SUPER_MAGIC = 0x1cd1L;

  /** Real ones that tests and messages name. */
  public static final long TMPFS_MAGIC = 0x01021994L;

  public static final long EXT4_SUPER_MAGIC = 0xef53L;

  /** sizeof(struct statfs); the magic is its first field. */
  static final int STATFS_SIZE = 120;

  private FileSystemMagic() {}

  /** Whether a magic number from {@link FileCalls#fileSystemMagic} is a pseudo file system's. */
  public static boolean isPseudo(long magic) {
    return magic == PROC_SUPER_MAGIC
        || magic == SYSFS_MAGIC
        || magic == DEBUGFS_MAGIC
        || magic == TRACEFS_MAGIC
        || magic == SECURITYFS_MAGIC
        || magic == SELINUX_MAGIC
        || magic == SMACK_MAGIC
        || magic == AAFS_MAGIC
        || magic == CGROUP_SUPER_MAGIC
        || magic == CGROUP2_SUPER_MAGIC
        || magic == BPF_FS_MAGIC
        || magic == PSTOREFS_MAGIC
        || magic == EFIVARFS_MAGIC
        || magic == BINFMTFS_MAGIC
        || magic == NSFS_MAGIC
        || magic == PID_FS_MAGIC
        || magic == DEVPTS_SUPER_MAGIC;
  }
}
