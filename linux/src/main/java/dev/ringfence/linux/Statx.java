// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/** {@code struct statx} of linux/stat.h, its mask bits, and the file kinds within its mode. */
public final class Statx {

  public static final int MASK = 0;
  public static final int BLKSIZE = 4;
  public static final int ATTRIBUTES = 8;
  public static final int NLINK = 16;
  public static final int UID = 20;
  public static final int GID = 24;
  public static final int MODE = 28;
  public static final int INO = 32;
  public static final int SIZE_OF_FILE = 40;
  public static final int BLOCKS = 48;
  public static final int ATIME = 64;
  public static final int BTIME = 80;
  public static final int CTIME = 96;
  public static final int MTIME = 112;
  public static final int RDEV_MAJOR = 128;
  public static final int RDEV_MINOR = 132;
  public static final int DEV_MAJOR = 136;
  public static final int DEV_MINOR = 140;
  public static final int MNT_ID = 144;

  /** Alignment in memory that O_DIRECT needs; 0: no direct I/O (Linux 6.1). */
  public static final int DIO_MEM_ALIGN = 152;

  /** Alignment of offsets and lengths that O_DIRECT needs (Linux 6.1). */
  public static final int DIO_OFFSET_ALIGN = 156;

  public static final int SIZE = 256;

  /** Within a {@code struct statx_timestamp}: nanoseconds, after i64 seconds. */
  private static final int TIMESTAMP_NANOS = 8;

  public static final int STATX_TYPE = 0x1;
  public static final int STATX_MODE = 0x2;
  public static final int STATX_SIZE = 0x200;
  public static final int STATX_BASIC_STATS = 0x7ff;
  public static final int STATX_BTIME = 0x800;
  public static final int STATX_MNT_ID = 0x1000;
  public static final int STATX_DIOALIGN = 0x2000;

  public static final int S_IFMT = 0xf000;
  public static final int S_IFIFO = 0x1000;
  public static final int S_IFCHR = 0x2000;
  public static final int S_IFDIR = 0x4000;
  public static final int S_IFBLK = 0x6000;
  public static final int S_IFREG = 0x8000;
  public static final int S_IFLNK = 0xa000;
  public static final int S_IFSOCK = 0xc000;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long BLOCK_SIZE = 512;

  private Statx() {}

  /** File kind and permission bits. */
  public static int mode(MemorySegment segment, long base) {
    return Short.toUnsignedInt(segment.get(JAVA_SHORT, base + MODE));
  }

  /** The kind alone, one of the S_IF constants. */
  public static int kind(MemorySegment segment, long base) {
    return mode(segment, base) & S_IFMT;
  }

  /** Length in bytes. */
  public static long size(MemorySegment segment, long base) {
    return segment.get(JAVA_LONG, base + SIZE_OF_FILE);
  }

  /** Space taken on the device in bytes. */
  public static long allocatedBytes(MemorySegment segment, long base) {
    return segment.get(JAVA_LONG, base + BLOCKS) * BLOCK_SIZE;
  }

  /** Inode number. */
  public static long inode(MemorySegment segment, long base) {
    return segment.get(JAVA_LONG, base + INO);
  }

  /** Device that holds the file, as stat(2) numbers it: a dev_t (makedev(3)). */
  public static long device(MemorySegment segment, long base) {
    long major = Integer.toUnsignedLong(segment.get(JAVA_INT, base + DEV_MAJOR));
    long minor = Integer.toUnsignedLong(segment.get(JAVA_INT, base + DEV_MINOR));
    return (major & 0xffff_f000L) << 32
        | (major & 0xfffL) << 8
        | (minor & 0xffff_ff00L) << 12
        | minor & 0xffL;
  }

  /** Number of hard links. */
  public static int links(MemorySegment segment, long base) {
    return segment.get(JAVA_INT, base + NLINK);
  }

  /** Preferred size of a transfer in bytes. */
  public static int blockSize(MemorySegment segment, long base) {
    return segment.get(JAVA_INT, base + BLKSIZE);
  }

  /** Owner. */
  public static int uid(MemorySegment segment, long base) {
    return segment.get(JAVA_INT, base + UID);
  }

  /** Group. */
  public static int gid(MemorySegment segment, long base) {
    return segment.get(JAVA_INT, base + GID);
  }

  /** Whether the kernel filled the fields of these mask bits. */
  public static boolean has(MemorySegment segment, long base, int mask) {
    return (segment.get(JAVA_INT, base + MASK) & mask) == mask;
  }

  /**
   * A time in nanoseconds since 1970; times that an i64 cannot hold (before 1677, after 2262) give
   * the nearest it can.
   *
   * @param field {@link #ATIME}, {@link #BTIME}, {@link #CTIME} or {@link #MTIME}
   */
  public static long nanos(MemorySegment segment, long base, int field) {
    long seconds = segment.get(JAVA_LONG, base + field);
    int nanos = segment.get(JAVA_INT, base + field + TIMESTAMP_NANOS);
    long secondsMax = Long.MAX_VALUE / NANOS_PER_SECOND;
    if (seconds >= secondsMax) {
      return Long.MAX_VALUE;
    }
    return seconds <= -secondsMax ? Long.MIN_VALUE : seconds * NANOS_PER_SECOND + nanos;
  }
}
