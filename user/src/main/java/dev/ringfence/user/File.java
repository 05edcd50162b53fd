// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.FsyncFlags;
import dev.ringfence.abi.OpCode;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/**
 * A regular file.
 *
 * <p>Reading returns fewer bytes than asked for only at the end of the file, and -1 if there is
 * nothing more; writing writes everything or throws. Methods with a position leave the current
 * position alone and may be called by many threads at once; those without use and move it, which
 * needs the SEEK right.
 *
 * <p>A {@link Buffer} takes part in an operation directly. Byte buffers and arrays are copied
 * through the arena, 64 KiB at a time.
 */
public final class File extends Capability {

  File(DirectSubmission calls, Authority authority, String name, long id, long rights) {
    super(calls, authority, name, id, rights);
  }

  /** Reads at the current position into the whole buffer. */
  public int read(Buffer target) {
    return count(Transfer.fill(this, target, 0, target.sizeBytes(), Transfer.CURRENT));
  }

  /** Reads at {@code position} into the whole buffer. */
  public int read(Buffer target, long position) {
    return read(target, 0, target.sizeBytes(), position);
  }

  /** Reads at {@code position} into {@code length} bytes of the buffer from {@code offset} on. */
  public int read(Buffer target, int offset, int length, long position) {
    return length == 0 ? 0 : count(Transfer.fill(this, target, offset, length, checked(position)));
  }

  /** Reads at the current position into what remains of the byte buffer. */
  public int read(ByteBuffer target) {
    return fill(target, Transfer.CURRENT);
  }

  /** Reads at {@code position} into what remains of the byte buffer. */
  public int read(ByteBuffer target, long position) {
    return fill(target, checked(position));
  }

  /** Reads at the current position into the array. */
  public int read(byte[] target) {
    return read(ByteBuffer.wrap(target));
  }

  /** Reads at {@code position} into the array. */
  public int read(byte[] target, long position) {
    return read(ByteBuffer.wrap(target), position);
  }

  /**
   * The whole content.
   *
   * @param sizeMax how many bytes at most: a program that must not run out of memory says so
   * @throws IllegalStateException if the file is larger
   */
  public byte[] readAll(int sizeMax) {
    byte[] content = new byte[Math.min(sizeMax, 8 << 10)];
    int length = 0;
    while (true) {
      long count = Transfer.fill(this, MemorySegment.ofArray(content).asSlice(length), length);
      length += (int) count;
      if (length < content.length) {
        return Arrays.copyOf(content, length);
      }
      if (length == sizeMax) {
        byte[] one = new byte[1];
        if (Transfer.fill(this, MemorySegment.ofArray(one), length) == 0) {
          return content;
        }
        throw new IllegalStateException(
            "%s has more than %d bytes".formatted(Failures.quote(name()), sizeMax));
      }
      content = Arrays.copyOf(content, (int) Math.min(sizeMax, content.length * 4L));
    }
  }

  /** The whole content as UTF-8 text; see {@link #readAll}. */
  public String readText(int sizeMax) {
    return new String(readAll(sizeMax), StandardCharsets.UTF_8);
  }

  /** Writes {@code length} bytes of the buffer from {@code offset} on at {@code position}. */
  public void write(Buffer source, int offset, int length, long position) {
    Transfer.drain(this, source, offset, length, checked(position));
  }

  /** Writes what remains of the byte buffer at the current position. */
  public void write(ByteBuffer source) {
    drain(source, Transfer.CURRENT);
  }

  /** Writes what remains of the byte buffer at {@code position}. */
  public void write(ByteBuffer source, long position) {
    drain(source, checked(position));
  }

  /** Writes the array at the current position. */
  public void write(byte[] source) {
    write(ByteBuffer.wrap(source));
  }

  /** Writes the array at {@code position}. */
  public void write(byte[] source, long position) {
    write(ByteBuffer.wrap(source), position);
  }

  /** Writes text as UTF-8 at the current position. */
  public void writeText(String text) {
    write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Its status. Needs STAT. */
  public Status stat() {
    return Status.of(this, Paths.NONE, 0, null);
  }

  /** Its size in bytes. Needs STAT. */
  public long size() {
    return stat().size();
  }

  /** Cuts it, or extends it by a hole, to {@code size} bytes. Needs TRUNCATE. */
  public void truncate(long size) {
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.TRUNCATE, id()).auxiliary(checked(size), 0).run("truncate", this, null);
    }
  }

  /** Makes content and status durable. Needs WRITE. */
  public void sync() {
    sync(0);
  }

  /** Makes the content durable, and of the status only what is needed to read it. Needs WRITE. */
  public void syncData() {
    sync(FsyncFlags.DATA_ONLY);
  }

  /**
   * A second capability for the same file with fewer or the same rights; revoking this one ends
   * both. Needs DUP.
   */
  public File dup(long fewer) {
    return new File(calls(), authority(), name(), duplicateId(fewer), fewer);
  }

  /** {@link #read(Buffer, int, int, long)} of the whole buffer; it may be closed meanwhile. */
  public CompletableFuture<Integer> readAsync(Buffer target, long position) {
    return Async.using(target, () -> read(target, position));
  }

  /** {@link #read(ByteBuffer, long)}; the byte buffer belongs to the operation until it ends. */
  public CompletableFuture<Integer> readAsync(ByteBuffer target, long position) {
    return Async.start(() -> read(target, position));
  }

  /** {@link #write(Buffer, int, int, long)}; the buffer may be closed meanwhile. */
  public CompletableFuture<Void> writeAsync(Buffer source, int offset, int length, long position) {
    return Async.using(
        source,
        () -> {
          write(source, offset, length, position);
          return null;
        });
  }

  /** {@link #write(ByteBuffer, long)}; the byte buffer belongs to the operation until it ends. */
  public CompletableFuture<Void> writeAsync(ByteBuffer source, long position) {
    return Async.startAction(() -> write(source, position));
  }

  /** {@link #stat}. */
  public CompletableFuture<Status> statAsync() {
    return Async.start(this::stat);
  }

  /** {@link #truncate}. */
  public CompletableFuture<Void> truncateAsync(long size) {
    return Async.startAction(() -> truncate(size));
  }

  /** {@link #sync()}. */
  public CompletableFuture<Void> syncAsync() {
    return Async.startAction(this::sync);
  }

  private void sync(int flags) {
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.FSYNC, id()).auxiliary(0, flags).run("sync", this, null);
    }
  }

  private int fill(ByteBuffer target, long position) {
    if (!target.hasRemaining()) {
      return 0;
    }
    int count = (int) Transfer.fill(this, MemorySegment.ofBuffer(target), position);
    target.position(target.position() + count);
    return count(count);
  }

  private void drain(ByteBuffer source, long position) {
    Transfer.drain(this, MemorySegment.ofBuffer(source), position);
    source.position(source.limit());
  }

  private static int count(int bytes) {
    return bytes == 0 ? -1 : bytes;
  }

  private static long checked(long position) {
    if (position < 0) {
      throw new IllegalArgumentException("a position or size is 0 or more, not " + position);
    }
    return position;
  }
}
