// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Memory that the kernel can read and write: a page-aligned piece of the arena, borrowed from a
 * {@link BufferPool} until {@link #close}.
 *
 * <p>Close it with try-with-resources. While an operation uses it, closing only marks it: the
 * memory goes back to the pool when the operation ends, so a cancelled or forgotten future can
 * never make the kernel write into somebody else's buffer. A buffer that becomes unreachable
 * without having been closed is reported through {@link System.Logger} {@code dev.ringfence.user},
 * and taken back.
 *
 * <p>The views of {@link #segment} and {@link #byteBuffer} do not keep the buffer alive: hold the
 * buffer for as long as you use them, and do not use them after closing it. The bytes of a newly
 * acquired buffer are whatever its last user left.
 */
public final class Buffer implements AutoCloseable {

  private final Lease lease;

  Buffer(Lease lease) {
    this.lease = lease;
  }

  /** Its size in bytes, the same for all buffers of a pool; whole pages. */
  public int sizeBytes() {
    return lease.pool.bufferBytes();
  }

  /**
   * The memory itself.
   *
   * @throws IllegalStateException if the buffer is closed
   */
  public MemorySegment segment() {
    lease.checkOpen();
    return lease.segment;
  }

  /**
   * A new view of the memory with position 0 and limit {@link #sizeBytes}.
   *
   * @throws IllegalStateException if the buffer is closed
   */
  public ByteBuffer byteBuffer() {
    return segment().asByteBuffer();
  }

  /** Ends the loan. Closing again does nothing. Any thread. */
  @Override
  public void close() {
    lease.close();
  }

  Lease lease() {
    return lease;
  }
}
