// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.FsyncFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.kernel.engine.Resource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * An open regular file. Transfers go straight between the file and the domain's memory, many at a
 * time; only a file system that refuses such buffers gets a copy in between.
 *
 * <p>No thread that is in a channel is ever interrupted: java.nio would close the channel.
 */
final class FileResource extends Resource {

  /**
   * What the file is open through; one and the same channel, unless it is read and appended to.
   *
   * @param reader null if it was not opened to read
   * @param writer null if it was not opened to write
   * @param append whether every write goes to the end
   */
  record Channels(
      @Nullable SeekableByteChannel reader, @Nullable SeekableByteChannel writer, boolean append) {

    SeekableByteChannel any() {
      return reader != null ? reader : toWrite();
    }

    SeekableByteChannel toRead() {
      if (reader == null) {
        throw new NonReadableChannelException();
      }
      return reader;
    }

    SeekableByteChannel toWrite() {
      if (writer == null) {
        throw new NonWritableChannelException();
      }
      return writer;
    }
  }

  private final Channels channels;
  private final Path path;
  private final BasicFileAttributes whenOpened;

  /**
   * Shared by writes, exclusive for a growing truncate, which must not overwrite what they wrote.
   */
  private final ReadWriteLock extent = new ReentrantReadWriteLock();

  private volatile boolean needsBounce;

  /**
   * Takes over the channels.
   *
   * @param path where it was opened, for what java.nio can do by path only
   * @param whenOpened what was there
   */
  FileResource(Channels channels, Path path, BasicFileAttributes whenOpened) {
    super(CapabilityType.FILE);
    this.channels = channels;
    this.path = path;
    this.whenOpened = whenOpened;
  }

  /** Carries out {@code work} on a thread that may block; returns its result. */
  long perform(Work work) throws IOException {
    Operation operation = work.operation;
    return switch (operation.code) {
      case READ -> read(operation);
      case WRITE -> write(operation);
      case FSYNC -> fsync((operation.flags & FsyncFlags.DATA_ONLY) == 0);
      case STAT -> stat(operation);
      case TRUNCATE -> truncate(operation.offset);
      case ALLOCATE -> FileRanges.allocate(this, work);
      case SYNC_RANGE -> fsync(false); // java.nio forces the whole file
      case COPY_RANGE -> FileRanges.copy(this, operation);
      case SET_ATTRIBUTES -> setAttributes(operation);
      default -> SyscallError.WRONG_CAPABILITY_TYPE.result();
    };
  }

  private long read(Operation operation) throws IOException {
    SeekableByteChannel channel = channels.toRead();
    if (operation.offset < 0) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    if (operation.length == 0) {
      return 0;
    }
    if (!needsBounce) {
      try {
        return readInto(channel, memory(operation).asByteBuffer(), operation.offset);
      } catch (UnsupportedOperationException e) {
        needsBounce = true; // it wants an array behind the buffer
      }
    }
    ByteBuffer bounce = ByteBuffer.allocate(operation.length);
    long moved = readInto(channel, bounce, operation.offset);
    memory(operation).copyFrom(MemorySegment.ofBuffer(bounce.flip()));
    return moved;
  }

  private static long readInto(SeekableByteChannel channel, ByteBuffer buffer, long offset)
      throws IOException {
    if (channel instanceof FileChannel file) {
      return Math.max(0, file.read(buffer, offset));
    }
    synchronized (channel) { // one position for all
      return Math.max(0, channel.position(offset).read(buffer));
    }
  }

  private long write(Operation operation) throws IOException {
    SeekableByteChannel channel = channels.toWrite();
    if (operation.offset < 0) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    if (operation.length == 0) {
      return 0;
    }
    extent.readLock().lock();
    try {
      if (!needsBounce) {
        try {
          return writeFrom(channel, memory(operation).asByteBuffer(), operation.offset);
        } catch (UnsupportedOperationException e) {
          needsBounce = true;
        }
      }
      ByteBuffer bounce = ByteBuffer.allocate(operation.length);
      MemorySegment.ofBuffer(bounce).copyFrom(memory(operation));
      return writeFrom(channel, bounce, operation.offset);
    } finally {
      extent.readLock().unlock();
    }
  }

  private long writeFrom(SeekableByteChannel channel, ByteBuffer buffer, long offset)
      throws IOException {
    if (channels.append()) {
      return channel.write(buffer); // the host finds the end, also against other processes
    }
    return put(channel, buffer, offset);
  }

  /** Writes what {@code channel} takes at {@code offset}, of a channel that does not append. */
  static int put(SeekableByteChannel channel, ByteBuffer buffer, long offset) throws IOException {
    if (channel instanceof FileChannel file) {
      return file.write(buffer, offset);
    }
    synchronized (channel) {
      return channel.position(offset).write(buffer);
    }
  }

  /** Reads into a buffer of the engine's; 0 at the end. On a thread that may block. */
  int readAt(ByteBuffer buffer, long offset) throws IOException {
    return (int) readInto(channels.toRead(), buffer, offset);
  }

  /** Writes from a buffer of the engine's. On a thread that may block. */
  int writeAt(ByteBuffer buffer, long offset) throws IOException {
    SeekableByteChannel channel = channels.toWrite();
    extent.readLock().lock();
    try {
      return (int) writeFrom(channel, buffer, offset);
    } finally {
      extent.readLock().unlock();
    }
  }

  private static MemorySegment memory(Operation operation) {
    return operation.memory.asSlice(operation.memoryOffset, operation.length);
  }

  private long fsync(boolean metadata) throws IOException {
    SeekableByteChannel channel = channels.writer() != null ? channels.writer() : channels.any();
    if (channel instanceof FileChannel file) {
      file.force(metadata);
    }
    return 0;
  }

  /** Reads by path what may have changed, if the path still leads here; the size is sure. */
  private long stat(Operation operation) throws IOException {
    BasicFileAttributes fresh = whenOpened;
    try {
      BasicFileAttributes there = Place.attributesOf(path);
      if (Identity.maySame(there, whenOpened)) {
        fresh = there;
      }
    } catch (IOException e) {
      fresh = whenOpened; // removed or moved since
    }
    StatusRecord.write(operation, fresh, path, channels.any().size());
    return 0;
  }

  private long truncate(long size) throws IOException {
    SeekableByteChannel channel = channels.toWrite();
    if (size < 0) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    extent.writeLock().lock();
    try {
      if (size <= channel.size()) {
        channel.truncate(size);
      } else {
        exclusively(placing -> {
          grow(placing, size);
          return 0;
        });
      }
      return 0;
    } finally {
      extent.writeLock().unlock();
    }
  }

  /** A change that must not meet a write. */
  interface Change {
    long make(SeekableByteChannel channel) throws IOException;
  }

  /** Makes {@code change} through a channel that writes at any place, while nobody writes. */
  long exclusively(Change change) throws IOException {
    SeekableByteChannel channel = channels.toWrite();
    extent.writeLock().lock();
    try {
      if (!channels.append()) {
        return change.make(channel);
      }
      try (SeekableByteChannel placing = reopened()) {
        return change.make(placing);
      }
    } finally {
      extent.writeLock().unlock();
    }
  }

  /** java.nio only shrinks; a zero at the new end makes a hole before it where there are holes. */
  static void grow(SeekableByteChannel channel, long size) throws IOException {
    put(channel, ByteBuffer.allocate(1), size - 1);
  }

  /** A channel that appends cannot write at a place, so the file is opened once more. */
  private SeekableByteChannel reopened() throws IOException {
    SeekableByteChannel channel =
        Files.newByteChannel(path, Set.of(StandardOpenOption.WRITE, Place.NO_FOLLOW));
    try {
      checkPath();
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void checkPath() throws IOException {
    if (!Identity.maySame(Place.attributesOf(path), whenOpened)) {
      throw new Refusal(SyscallError.NOT_FOUND);
    }
  }

  /** By path, which was checked just before: java.nio has no such call on an open file. */
  private long setAttributes(Operation operation) throws IOException {
    checkPath();
    return AttributeChange.apply(operation, Place.viewOfFile(path));
  }

  @Override
  public @Nullable SyscallError close() {
    SyscallError failed = close(channels.reader());
    if (channels.writer() != channels.reader()) {
      SyscallError alsoFailed = close(channels.writer());
      failed = failed == null ? alsoFailed : failed;
    }
    return failed;
  }

  private static @Nullable SyscallError close(@Nullable SeekableByteChannel channel) {
    if (channel == null) {
      return null;
    }
    try {
      channel.close();
      return null;
    } catch (IOException e) {
      return Failures.errorOf(e);
    }
  }
}
