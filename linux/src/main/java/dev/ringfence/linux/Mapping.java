// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A range of memory from mmap(2), unmapped once, by {@link #close}.
 *
 * <p>The segment belongs to a shared arena: any thread may use it, and after close an access throws
 * instead of hitting whatever is mapped there next. That guards Java code only: an address handed
 * to the kernel must be out of use before close. Closing is a handshake with every platform thread
 * (15 µs and more): a mapping is for a ring or a domain, not for an operation.
 */
public final class Mapping implements AutoCloseable {

  public static final int PROT_NONE = 0;
  public static final int PROT_READ = 1;
  public static final int PROT_WRITE = 2;
  public static final int PROT_EXEC = 4;

  public static final int MAP_SHARED = 0x1;
  public static final int MAP_PRIVATE = 0x2;
  public static final int MAP_FIXED = 0x10;
  public static final int MAP_ANONYMOUS = 0x20;
  public static final int MAP_NORESERVE = 0x4000;

  /** Touch the pages now; of a ring, so that the first operations do not fault. */
  public static final int MAP_POPULATE = 0x8000;

  /** At the given address or not at all: EEXIST if something is there (Linux 4.17). */
  public static final int MAP_FIXED_NOREPLACE = 0x100000;

  public static final int MADV_DONTNEED = 4;
  public static final int MADV_REMOVE = 9;
  public static final int MADV_DONTFORK = 10;
  public static final int MADV_HUGEPAGE = 14;
  public static final int MADV_POPULATE_WRITE = 23;

  /** Take pages out of use as if the hardware had failed; for who may administer the system. */
  public static final int MADV_HWPOISON = 100;

  public static final int MADV_SOFT_OFFLINE = 101;

  private final Arena arena;
  private final MemorySegment segment;

  @SuppressWarnings("restricted") // The address and the length are mmap's own.
  private Mapping(long address, long length) {
    arena = Arena.ofShared();
    segment =
        MemorySegment.ofAddress(address)
            .reinterpret(length, arena, mapped -> unmap(mapped.address(), mapped.byteSize()));
  }

  /**
   * Maps memory where the kernel likes.
   *
   * @param length bytes, above 0; the last page is mapped whole but the segment ends here
   * @param protection PROT bits
   * @param flags MAP bits
   * @param descriptor -1 with MAP_ANONYMOUS
   * @param offset in the file, a multiple of the page size
   * @throws LinuxException with mmap's errno
   */
  public static Mapping of(long length, int protection, int flags, int descriptor, long offset)
      throws LinuxException {
    long address = map(0, length, protection, flags, descriptor, offset);
    return new Mapping(LinuxException.check("mmap", address), length);
  }

  /** mmap(2): the address, or minus the errno. */
  public static long map(
      long hint, long length, int protection, int flags, int descriptor, long offset) {
    return SystemCall.call(
        SystemCallNumber.MMAP, hint, length, protection, flags, descriptor, offset);
  }

  /** munmap(2): 0. For addresses from {@link #map}; never for a part of a live Mapping. */
  public static long unmap(long address, long length) {
    return SystemCall.call(SystemCallNumber.MUNMAP, address, length);
  }

  /** mprotect(2): 0. */
  public static long protect(long address, long length, int protection) {
    return SystemCall.call(SystemCallNumber.MPROTECT, address, length, protection);
  }

  /** madvise(2): 0. */
  public static long advise(long address, long length, int advice) {
    return SystemCall.call(SystemCallNumber.MADVISE, address, length, advice);
  }

  /** The memory, bounded, for every thread until {@link #close}. */
  public MemorySegment segment() {
    return segment;
  }

  /** Its first byte's address. */
  public long address() {
    return segment.address();
  }

  /** Unmaps the memory; later calls do nothing. Any thread, none of which is inside the memory. */
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
