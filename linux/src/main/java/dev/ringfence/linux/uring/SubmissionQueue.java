// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

import static dev.ringfence.linux.uring.UringHeader.IORING_OP_ACCEPT;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_ASYNC_CANCEL;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_CLOSE;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_CONNECT;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_FADVISE;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_FALLOCATE;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_FSYNC;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_FTRUNCATE;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_LINK_TIMEOUT;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_MKDIRAT;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_MSG_RING;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_NOP;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_OPENAT2;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_POLL_ADD;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_POLL_REMOVE;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_READ;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_READV;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_READ_FIXED;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_RECV;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_RECVMSG;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_RENAMEAT;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_SEND;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_SENDMSG;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_SEND_ZC;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_SHUTDOWN;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_SPLICE;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_STATX;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_SYMLINKAT;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_SYNC_FILE_RANGE;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_TEE;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_TIMEOUT;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_TIMEOUT_REMOVE;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_UNLINKAT;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_WRITE;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_WRITEV;
import static dev.ringfence.linux.uring.UringHeader.IORING_OP_WRITE_FIXED;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringfence.linux.OpenHow;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The producer's side of a ring's submission queue: a method an operation, each of which takes the
 * next entry and writes all of it, or answers false when the queue is full (submit, then try
 * again).
 *
 * <p>Common parameters: {@code fd} is a descriptor, or with IOSQE_FIXED_FILE in {@code flags} a
 * slot of {@link RegisteredFiles}; {@code flags} are IOSQE bits; {@code userData} comes back with
 * the completion. Every address must stay valid until the completion, but for paths, timespecs and
 * vectors, which the kernel copies while it submits (SUBMIT_STABLE).
 *
 * <p>Nothing is visible to the kernel before {@link IoUring#submit}. One thread at a time; nothing
 * is allocated.
 */
public final class SubmissionQueue {

  private static final VarHandle INT = JAVA_INT.varHandle();

  private final MemorySegment rings;
  private final MemorySegment sqes;
  private final long headOffset;
  private final long tailOffset;
  private final int mask;
  private final int entries;

  /** Ours alone: counts entries written, ahead of the shared tail until {@link #publish}. */
  private int tail;

  /** The shared head as last seen; the kernel moves it only within our own call to enter. */
  private int head;

  SubmissionQueue(MemorySegment rings, MemorySegment sqes, RingLayout layout) {
    this.rings = rings;
    this.sqes = sqes;
    headOffset = layout.sqHead();
    tailOffset = layout.sqTail();
    entries = layout.sqEntries();
    mask = entries - 1;
    tail = rings.get(JAVA_INT, tailOffset);
    head = rings.get(JAVA_INT, headOffset);
    if (!layout.has(UringHeader.IORING_SETUP_NO_SQARRAY)) {
      // The indirection that older kernels insist on: entry i is in place i, for ever.
      for (int i = 0; i < entries; i++) {
        rings.set(JAVA_INT, layout.sqArray() + (long) i * Integer.BYTES, i);
      }
    }
  }

  /** How many entries the queue holds: a power of two. */
  public int entries() {
    return entries;
  }

  /** How many entries are written and not yet taken by the kernel. */
  public int pending() {
    return tail - headAcquire();
  }

  /** How many entries can be written now. */
  public int room() {
    return entries - pending();
  }

  /** Nothing; completes with 0. */
  public boolean nop(int flags, long userData) {
    return push(IORING_OP_NOP, flags, 0, 0, 0, 0, 0, userData, 0);
  }

  /** Reads; offset -1 is the current position. Completes with bytes, 0 at the end. */
  public boolean read(int fd, long address, int length, long offset, int flags, long userData) {
    return push(IORING_OP_READ, flags, fd, offset, address, length, 0, userData, 0);
  }

  /** Writes; offset -1 is the current position. Completes with bytes. */
  public boolean write(int fd, long address, int length, long offset, int flags, long userData) {
    return push(IORING_OP_WRITE, flags, fd, offset, address, length, 0, userData, 0);
  }

  /** Reads into a part of a registered buffer, named by its slot and the address within it. */
  public boolean readFixed(
      int fd, int buffer, long address, int length, long offset, int flags, long userData) {
    return push(
        IORING_OP_READ_FIXED, flags, fd, offset, address, length, 0, userData, buffer & 0xffffL);
  }

  /** Writes from a part of a registered buffer. */
  public boolean writeFixed(
      int fd, int buffer, long address, int length, long offset, int flags, long userData) {
    return push(
        IORING_OP_WRITE_FIXED, flags, fd, offset, address, length, 0, userData, buffer & 0xffffL);
  }

  /** Reads into {@code count} {@link dev.ringfence.linux.IoVector}. */
  public boolean readv(int fd, long vectors, int count, long offset, int flags, long userData) {
    return push(IORING_OP_READV, flags, fd, offset, vectors, count, 0, userData, 0);
  }

  /** Writes from {@code count} {@link dev.ringfence.linux.IoVector}. */
  public boolean writev(int fd, long vectors, int count, long offset, int flags, long userData) {
    return push(IORING_OP_WRITEV, flags, fd, offset, vectors, count, 0, userData, 0);
  }

  /** Brings data (IORING_FSYNC_DATASYNC) or all to the device. */
  public boolean fsync(int fd, int fsyncFlags, int flags, long userData) {
    return push(IORING_OP_FSYNC, flags, fd, 0, 0, 0, fsyncFlags, userData, 0);
  }

  /** Sets the length of a file (Linux 6.9). */
  public boolean ftruncate(int fd, long size, int flags, long userData) {
    return push(IORING_OP_FTRUNCATE, flags, fd, size, 0, 0, 0, userData, 0);
  }

  /** fallocate(2). */
  public boolean fallocate(int fd, int mode, long offset, long length, int flags, long userData) {
    return push(IORING_OP_FALLOCATE, flags, fd, offset, length, mode, 0, userData, 0);
  }

  /**
   * posix_fadvise(2).
   *
   * @param length u32, 0: to the end
   */
  public boolean fadvise(int fd, long offset, int length, int advice, int flags, long userData) {
    return push(IORING_OP_FADVISE, flags, fd, offset, 0, length, advice, userData, 0);
  }

  /**
   * sync_file_range(2).
   *
   * @param length u32, 0: to the end
   */
  public boolean syncFileRange(
      int fd, long offset, int length, int syncFlags, int flags, long userData) {
    return push(IORING_OP_SYNC_FILE_RANGE, flags, fd, offset, 0, length, syncFlags, userData, 0);
  }

  /** splice(2) (Linux 5.7); an offset of -1 is a pipe's. Completes with bytes. */
  public boolean splice(
      int source,
      long sourceOffset,
      int target,
      long targetOffset,
      int length,
      int spliceFlags,
      int flags,
      long userData) {
    return push(
        IORING_OP_SPLICE,
        flags,
        target,
        targetOffset,
        sourceOffset,
        length,
        spliceFlags,
        userData,
        fileIndex(source));
  }

  /** tee(2) (Linux 5.8). Completes with bytes. */
  public boolean tee(
      int source, int target, int length, int spliceFlags, int flags, long userData) {
    return push(
        IORING_OP_TEE, flags, target, 0, 0, length, spliceFlags, userData, fileIndex(source));
  }

  // ---- sockets ---------------------------------------------------------------------------------

  /** send(2) with MSG flags. Completes with bytes. */
  public boolean send(
      int fd, long address, int length, int messageFlags, int flags, long userData) {
    return push(IORING_OP_SEND, flags, fd, 0, address, length, messageFlags, userData, 0);
  }

  /**
   * send(2) that reads the memory in place (Linux 6.0). A first completion has the bytes, and with
   * CQE_F_MORE a second one, with CQE_F_NOTIF, says that the memory is no longer read.
   */
  public boolean sendZeroCopy(
      int fd, long address, int length, int messageFlags, int flags, long userData) {
    return push(IORING_OP_SEND_ZC, flags, fd, 0, address, length, messageFlags, userData, 0);
  }

  /** recv(2) with MSG flags. Completes with bytes, 0 at the end of a stream. */
  public boolean receive(
      int fd, long address, int length, int messageFlags, int flags, long userData) {
    return push(IORING_OP_RECV, flags, fd, 0, address, length, messageFlags, userData, 0);
  }

  /** sendmsg(2) of a {@link dev.ringfence.linux.MessageHeader}. Completes with bytes. */
  public boolean sendMessage(int fd, long header, int messageFlags, int flags, long userData) {
    return push(IORING_OP_SENDMSG, flags, fd, 0, header, 1, messageFlags, userData, 0);
  }

  /**
   * recvmsg(2) into a {@link dev.ringfence.linux.MessageHeader}, which Linux writes back to when it
   * completes, with bytes.
   */
  public boolean receiveMessage(int fd, long header, int messageFlags, int flags, long userData) {
    return push(IORING_OP_RECVMSG, flags, fd, 0, header, 1, messageFlags, userData, 0);
  }

  /**
   * accept4(2). Completes with a descriptor.
   *
   * @param address where the peer's address goes, or 0
   * @param length address of an int, the room there and then its length, or 0
   */
  public boolean accept(
      int fd, long address, long length, int socketFlags, int flags, long userData) {
    return push(IORING_OP_ACCEPT, flags, fd, length, address, 0, socketFlags, userData, 0);
  }

  /** connect(2) to the address of a socket, {@code length} bytes. Completes with 0. */
  public boolean connect(int fd, long address, int length, int flags, long userData) {
    return push(IORING_OP_CONNECT, flags, fd, length, address, 0, 0, userData, 0);
  }

  /** shutdown(2) (Linux 5.11). Completes with 0. */
  public boolean shutdown(int fd, int how, int flags, long userData) {
    return push(IORING_OP_SHUTDOWN, flags, fd, 0, 0, how, 0, userData, 0);
  }

  // ---- the rest --------------------------------------------------------------------------------

  /** Closes a descriptor (not a registered slot). */
  public boolean close(int fd, int flags, long userData) {
    return push(IORING_OP_CLOSE, flags, fd, 0, 0, 0, 0, userData, 0);
  }

  /**
   * Waits for events; completes with those that are ready.
   *
   * @param events POLL bits
   * @param pollFlags IORING_POLL_ADD_MULTI: a completion at each change, with CQE_F_MORE while it
   *     goes on
   */
  public boolean pollAdd(int fd, int events, int pollFlags, int flags, long userData) {
    return push(IORING_OP_POLL_ADD, flags, fd, 0, 0, pollFlags, events, userData, 0);
  }

  /** Ends a poll; completes with 0 or ENOENT, the poll itself with ECANCELED. */
  public boolean pollRemove(long targetUserData, int flags, long userData) {
    return push(IORING_OP_POLL_REMOVE, flags, -1, 0, targetUserData, 0, 0, userData, 0);
  }

  /**
   * Ends an operation of this ring.
   *
   * @param fd what IORING_ASYNC_CANCEL_FD matches, else -1
   * @return completes with 0 (or the count with CANCEL_ALL), ENOENT, or EALREADY: running and
   *     perhaps not to be stopped
   */
  public boolean cancel(long targetUserData, int fd, int cancelFlags, int flags, long userData) {
    return push(IORING_OP_ASYNC_CANCEL, flags, fd, 0, targetUserData, 0, cancelFlags, userData, 0);
  }

  /**
   * Completes with ETIME after a time, or with 0 after {@code count} further completions.
   *
   * @param timespec address of a {@link dev.ringfence.linux.Timespec}
   * @param count 0: time alone
   * @param timeoutFlags IORING_TIMEOUT bits
   */
  public boolean timeout(long timespec, int count, int timeoutFlags, int flags, long userData) {
    return push(IORING_OP_TIMEOUT, flags, -1, count, timespec, 1, timeoutFlags, userData, 0);
  }

  /** Ends a timeout; completes with 0, ENOENT or EBUSY. */
  public boolean timeoutRemove(long targetUserData, int flags, long userData) {
    return push(IORING_OP_TIMEOUT_REMOVE, flags, -1, 0, targetUserData, 0, 0, userData, 0);
  }

  /** Bounds the time of the entry before, which must have IOSQE_IO_LINK. */
  public boolean linkTimeout(long timespec, int timeoutFlags, int flags, long userData) {
    return push(IORING_OP_LINK_TIMEOUT, flags, -1, 0, timespec, 1, timeoutFlags, userData, 0);
  }

  /**
   * Posts a completion to another ring.
   *
   * @param ring the other ring's descriptor
   * @param result what the completion there has as its result
   * @param targetUserData what it has as its user_data
   */
  public boolean message(int ring, int result, long targetUserData, int flags, long userData) {
    return push(IORING_OP_MSG_RING, flags, ring, targetUserData, 0, result, 0, userData, 0);
  }

  /** Opens; {@code how} is the address of an {@link OpenHow}. Completes with a descriptor. */
  public boolean openat2(int directory, long path, long how, int flags, long userData) {
    return push(IORING_OP_OPENAT2, flags, directory, how, path, OpenHow.SIZE, 0, userData, 0);
  }

  /** statx(2) into {@code out}, {@link dev.ringfence.linux.Statx#SIZE} bytes. */
  public boolean statx(
      int directory, long path, int atFlags, int mask, long out, int flags, long userData) {
    return push(IORING_OP_STATX, flags, directory, out, path, mask, atFlags, userData, 0);
  }

  /** mkdirat(2) (Linux 5.15). */
  public boolean mkdirat(int directory, long path, int mode, int flags, long userData) {
    return push(IORING_OP_MKDIRAT, flags, directory, 0, path, mode, 0, userData, 0);
  }

  /** unlinkat(2) (Linux 5.11). */
  public boolean unlinkat(int directory, long path, int atFlags, int flags, long userData) {
    return push(IORING_OP_UNLINKAT, flags, directory, 0, path, 0, atFlags, userData, 0);
  }

  /** renameat2(2) (Linux 5.11). */
  public boolean renameat(
      int directory,
      long path,
      int newDirectory,
      long newPath,
      int renameFlags,
      int flags,
      long userData) {
    return push(
        IORING_OP_RENAMEAT,
        flags,
        directory,
        newPath,
        path,
        newDirectory,
        renameFlags,
        userData,
        0);
  }

  /** symlinkat(2) (Linux 5.15). */
  public boolean symlinkat(long target, int directory, long path, int flags, long userData) {
    return push(IORING_OP_SYMLINKAT, flags, directory, path, target, 0, 0, userData, 0);
  }

  /** Where splice and tee name their source, in the word that begins with buf_index. */
  private static long fileIndex(int fd) {
    return (long) fd << 32;
  }

  /**
   * Shows what was written to the kernel and says how much there is to submit.
   *
   * <p>Release: the entries are written before the tail that covers them. Once a batch.
   */
  int publish() {
    INT.setRelease(rings, tailOffset, tail);
    return tail - headAcquire();
  }

  /** Acquire: once the kernel is past an entry it has copied it, and we may write over it. */
  private int headAcquire() {
    head = (int) INT.getAcquire(rings, headOffset);
    return head;
  }

  /**
   * Takes the next entry and writes its eight words. Whole words in place of single fields: eight
   * stores, and nothing of the entry's last use survives.
   */
  private boolean push(
      int opcode,
      int flags,
      int fd,
      long off,
      long addr,
      int len,
      int operationFlags,
      long userData,
      long bufferWord) {
    if (tail - head == entries && tail - headAcquire() == entries) {
      return false;
    }
    long base = (long) (tail & mask) * Sqe.SIZE;
    tail++;
    long first = opcode | (flags & 0xffL) << 8 | (long) fd << 32;
    sqes.set(JAVA_LONG, base + Sqe.OPCODE, first);
    sqes.set(JAVA_LONG, base + Sqe.OFF, off);
    sqes.set(JAVA_LONG, base + Sqe.ADDR, addr);
    long lengthAndFlags = Integer.toUnsignedLong(len) | (long) operationFlags << 32;
    sqes.set(JAVA_LONG, base + Sqe.LEN, lengthAndFlags);
    sqes.set(JAVA_LONG, base + Sqe.USER_DATA, userData);
    sqes.set(JAVA_LONG, base + Sqe.BUF_INDEX, bufferWord);
    sqes.set(JAVA_LONG, base + Sqe.ADDR3, 0L);
    sqes.set(JAVA_LONG, base + Sqe.ADDR3 + Long.BYTES, 0L);
    return true;
  }
}
