// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.AllocateFlags;
import dev.ringfence.abi.FsyncFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SyncRangeFlags;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
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
    return count(DataTransfer.fill(this, target, 0, target.sizeBytes(), DataTransfer.CURRENT));
  }

  /** Reads at {@code position} into the whole buffer. */
  public int read(Buffer target, long position) {
    return read(target, 0, target.sizeBytes(), position);
  }

  /** Reads at {@code position} into {@code length} bytes of the buffer from {@code offset} on. */
  public int read(Buffer target, int offset, int length, long position) {
    return length == 0
        ? 0
        : count(DataTransfer.fill(this, target, offset, length, checked(position)));
  }

  /** Reads at the current position into what remains of the byte buffer. */
  public int read(ByteBuffer target) {
    return fill(target, DataTransfer.CURRENT);
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
   * Reads at {@code position} into the whole of several buffers, one after the other, by one
   * operation where the host gives it all at once.
   *
   * @param targets 1 to 26
   */
  public long read(List<Buffer> targets, long position) {
    long bytes = Vectors.fill(this, targets, checked(position));
    return bytes == 0 ? -1 : bytes;
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
      long count = DataTransfer.fill(this, MemorySegment.ofArray(content).asSlice(length), length);
      length += (int) count;
      if (length < content.length) {
        return Arrays.copyOf(content, length);
      }
      if (length == sizeMax) {
        byte[] one = new byte[1];
        if (DataTransfer.fill(this, MemorySegment.ofArray(one), length) == 0) {
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
    DataTransfer.drain(this, source, offset, length, checked(position));
  }

  /** Writes what remains of the byte buffer at the current position. */
  public void write(ByteBuffer source) {
    drain(source, DataTransfer.CURRENT);
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

  /**
   * Writes the whole of several buffers at {@code position}, one after the other.
   *
   * @param sources 1 to 26
   */
  public void write(List<Buffer> sources, long position) {
    Vectors.drain(this, sources, checked(position));
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

  /**
   * Gives a range room on the device, so that writing there cannot fail for want of it; the file
   * grows if needed. Needs WRITE and TRUNCATE.
   *
   * @param length more than 0
   * @throws dev.ringfence.abi.SyscallException with {@code NotImplemented} where engine or file
   *     system cannot
   */
  public void allocate(long offset, long length) {
    FileRanges.perform(OpCode.ALLOCATE, this, offset, length, 0, "allocate room in");
  }

  /**
   * Frees a range: it reads as zeros. The size stays. Needs WRITE.
   *
   * @param length more than 0
   * @throws dev.ringfence.abi.SyscallException with {@code NotImplemented} where engine or file
   *     system cannot
   */
  public void punchHole(long offset, long length) {
    int flags = AllocateFlags.PUNCH_HOLE | AllocateFlags.KEEP_SIZE;
    FileRanges.perform(OpCode.ALLOCATE, this, offset, length, flags, "punch a hole into");
  }

  /**
   * Says how a range will be used. Needs READ.
   *
   * @param length 0: to the end
   */
  public void advise(long offset, long length, AccessPattern pattern) {
    FileRanges.perform(OpCode.ADVISE, this, offset, length, pattern.advice, "advise on");
  }

  /**
   * Copies to another file, or to another place in this one, without the bytes passing through the
   * program. Needs READ here and WRITE there.
   *
   * @return the bytes that were copied: fewer than {@code length} only at the end of this file
   */
  public long copyTo(File target, long from, long to, long length) {
    return FileRanges.copy(this, from, target, to, length);
  }

  /**
   * Waits until a range is written to its device. It makes no status durable, so it is no
   * substitute for {@link #sync}. Needs WRITE.
   *
   * @param length 0: to the end
   */
  public void syncRange(long offset, long length) {
    int flags = SyncRangeFlags.WAIT_BEFORE | SyncRangeFlags.WRITE | SyncRangeFlags.WAIT_AFTER;
    FileRanges.perform(OpCode.SYNC_RANGE, this, offset, length, flags, "sync a range of");
  }

  /** Sets the permission bits, at most 0777. Needs CHMOD. */
  public void setMode(int mode) {
    Attributes.setMode(this, null, mode);
  }

  /** Sets when its content last changed. Needs CHMOD. */
  public void setModified(Instant time) {
    Attributes.setModified(this, null, time);
  }

  /** Sets when its content was last read. Needs CHMOD. */
  public void setAccessed(Instant time) {
    Attributes.setAccessed(this, null, time);
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

  /** {@link #dup} with limits, which hold for what is derived from it too. Needs DUP. */
  public File derive(long fewer, Limits limits) {
    return new File(calls(), authority(), name(), limits.derive(this, fewer), fewer);
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
    int count = (int) DataTransfer.fill(this, MemorySegment.ofBuffer(target), position);
    target.position(target.position() + count);
    return count(count);
  }

  private void drain(ByteBuffer source, long position) {
    DataTransfer.drain(this, MemorySegment.ofBuffer(source), position);
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
