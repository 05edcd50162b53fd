// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.lang.foreign.MemorySegment;

/**
 * What STAT writes ({@code struct rf_stat}): 96 bytes, 8-aligned. Times are nanoseconds since the
 * start of 1970, UTC; 0 where the file system does not know.
 */
public final class FileStatus {
  /** Bytes of the structure. */
  public static final int SIZE = 96;

  /** A regular file. */
  public static final int KIND_FILE = 1;

  /** A directory. */
  public static final int KIND_DIRECTORY = 2;

  /** A symbolic link. */
  public static final int KIND_SYMLINK = 3;

  /** Something else: a device, socket or named pipe. */
  public static final int KIND_OTHER = 4;

  public static final int KIND_OFFSET = 0;
  public static final int MODE_OFFSET = 4;
  public static final int SIZE_BYTES_OFFSET = 8;
  public static final int ALLOCATED_OFFSET = 16;
  public static final int INODE_OFFSET = 24;
  public static final int DEVICE_OFFSET = 32;
  public static final int LINKS_OFFSET = 40;
  public static final int BLOCK_SIZE_OFFSET = 44;
  public static final int MODIFIED_OFFSET = 48;
  public static final int ACCESSED_OFFSET = 56;
  public static final int CHANGED_OFFSET = 64;
  public static final int CREATED_OFFSET = 72;
  public static final int UID_OFFSET = 80;
  public static final int GID_OFFSET = 84;
  public static final int RESERVED_OFFSET = 88;

  static {
    assert RESERVED_OFFSET + Long.BYTES == SIZE;
  }

  private FileStatus() {}

  /** {@link #KIND_FILE} and its siblings. */
  public static int kind(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + KIND_OFFSET);
  }

  /** Writes kind. */
  public static void setKind(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + KIND_OFFSET, value);
  }

  /** Permission bits, 0..07777. */
  public static int mode(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + MODE_OFFSET);
  }

  /** Writes mode. */
  public static void setMode(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + MODE_OFFSET, value);
  }

  /** Bytes of content. */
  public static long sizeBytes(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + SIZE_BYTES_OFFSET);
  }

  /** Writes size_bytes. */
  public static void setSizeBytes(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + SIZE_BYTES_OFFSET, value);
  }

  /** Bytes that it takes on the device. */
  public static long allocated(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + ALLOCATED_OFFSET);
  }

  /** Writes allocated. */
  public static void setAllocated(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + ALLOCATED_OFFSET, value);
  }

  /** Its number on its device; 0 if it has none. */
  public static long inode(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + INODE_OFFSET);
  }

  /** Writes inode. */
  public static void setInode(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + INODE_OFFSET, value);
  }

  /** The number of its device; 0 if it has none. */
  public static long device(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + DEVICE_OFFSET);
  }

  /** Writes device. */
  public static void setDevice(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + DEVICE_OFFSET, value);
  }

  /** Names that it has. */
  public static int links(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + LINKS_OFFSET);
  }

  /** Writes links. */
  public static void setLinks(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + LINKS_OFFSET, value);
  }

  /** The size of transfer that suits it, in bytes. */
  public static int blockSize(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + BLOCK_SIZE_OFFSET);
  }

  /** Writes block_size. */
  public static void setBlockSize(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + BLOCK_SIZE_OFFSET, value);
  }

  /** When its content last changed. */
  public static long modified(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + MODIFIED_OFFSET);
  }

  /** Writes modified. */
  public static void setModified(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + MODIFIED_OFFSET, value);
  }

  /** When it was last read. */
  public static long accessed(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + ACCESSED_OFFSET);
  }

  /** Writes accessed. */
  public static void setAccessed(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + ACCESSED_OFFSET, value);
  }

  /** When its status last changed. */
  public static long changed(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + CHANGED_OFFSET);
  }

  /** Writes changed. */
  public static void setChanged(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + CHANGED_OFFSET, value);
  }

  /** When it was made. */
  public static long created(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + CREATED_OFFSET);
  }

  /** Writes created. */
  public static void setCreated(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + CREATED_OFFSET, value);
  }

  /** The owner's number on the host. */
  public static int uid(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + UID_OFFSET);
  }

  /** Writes uid. */
  public static void setUid(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + UID_OFFSET, value);
  }

  /** The group's number on the host. */
  public static int gid(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + GID_OFFSET);
  }

  /** Writes gid. */
  public static void setGid(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + GID_OFFSET, value);
  }

  /** Always 0. */
  public static long reserved(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + RESERVED_OFFSET);
  }

  /** Writes reserved. */
  public static void setReserved(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + RESERVED_OFFSET, value);
  }

  /** Makes the structure all zero. */
  public static void clear(MemorySegment segment, long base) {
    segment.asSlice(base, SIZE).fill((byte) 0);
  }
}
