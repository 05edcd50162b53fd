// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import dev.ringfence.abi.CancelFlags;
import dev.ringfence.abi.CapabilityStatus;
import dev.ringfence.abi.FileAttributes;
import dev.ringfence.abi.FileStatus;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.RemoveFlags;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.abi.TimeoutFlags;
import dev.ringfence.abi.Vector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Well-formed entries for every operation; paths are put into the arena. */
abstract class Requests {

  /** Where paths and results go. */
  abstract Memory memory();

  Entry nop() {
    return Entry.of(OpCode.NOP);
  }

  /** A NOP that echoes a result. */
  Entry nop(int echo) {
    return nop().len(echo);
  }

  /** READ from the start of a file, or from a pipe. */
  Entry read(long capability, Range into) {
    return Entry.of(OpCode.READ).capability(capability).range(into);
  }

  Entry write(long capability, Range from) {
    return Entry.of(OpCode.WRITE).capability(capability).range(from);
  }

  Entry write(long capability, String text) {
    return write(capability, memory().hold(text));
  }

  Entry open(long directory, Range path, int flags, long rights) {
    return Entry.of(OpCode.OPEN)
        .capability(directory)
        .range(path)
        .auxiliary0(OpenFlags.withMode(flags, (flags & OpenFlags.CREATE) == 0 ? 0 : 0644))
        .auxiliary1(rights);
  }

  Entry open(long directory, String path, int flags, long rights) {
    return open(directory, memory().hold(path), flags, rights);
  }

  Entry open(long directory, String path, long rights) {
    return open(directory, path, 0, rights);
  }

  Entry close(long capability) {
    return Entry.of(OpCode.CLOSE).capability(capability);
  }

  Entry fsync(long capability) {
    return Entry.of(OpCode.FSYNC).capability(capability);
  }

  Entry poll(long capability, int events) {
    return Entry.of(OpCode.POLL).capability(capability).len(events);
  }

  /** CANCEL of one operation by its tag. */
  Entry cancel(long tag) {
    return Entry.of(OpCode.CANCEL).addr(tag);
  }

  /** CANCEL of all with a tag. */
  Entry cancelAll(long tag) {
    return cancel(tag).auxiliary1(CancelFlags.ALL);
  }

  /** CANCEL of all that work through a capability. */
  Entry cancelAllThrough(long capability) {
    return Entry.of(OpCode.CANCEL)
        .capability(capability)
        .auxiliary1(CancelFlags.ALL | CancelFlags.CAPABILITY);
  }

  /** CANCEL of all that is in flight. */
  Entry cancelEverything() {
    return Entry.of(OpCode.CANCEL).auxiliary1(CancelFlags.ANY);
  }

  Entry linkTimeout(Duration time) {
    return Entry.of(OpCode.LINK_TIMEOUT).auxiliary0(time.toNanos());
  }

  Entry timeout(Duration time) {
    return Entry.of(OpCode.TIMEOUT).auxiliary0(time.toNanos());
  }

  /** TIMEOUT at a reading of the monotonic clock. */
  Entry timeoutAt(long nanoTime) {
    return Entry.of(OpCode.TIMEOUT).auxiliary0(nanoTime).auxiliary1(TimeoutFlags.ABSOLUTE);
  }

  Entry map(int length) {
    return Entry.of(OpCode.MMAP).len(length);
  }

  /** MMAP of a snapshot of a file. */
  Entry map(long file, int length, long offset) {
    return map(length).capability(file).auxiliary0(offset);
  }

  Entry unmap(Range range) {
    return Entry.of(OpCode.MUNMAP).range(range);
  }

  Entry exit(int status) {
    return Entry.of(OpCode.EXIT).len(status);
  }

  Entry register(Range range, int index) {
    return Entry.of(OpCode.REGISTER_BUFFER).range(range).bufIndex(index);
  }

  /** REGISTER_BUFFER at an index that the kernel chooses. */
  Entry register(Range range) {
    return register(range, SubmissionEntry.ANY_BUFFER);
  }

  Entry unregister(int index) {
    return Entry.of(OpCode.UNREGISTER_BUFFER).bufIndex(index);
  }

  /** STAT of what the capability names. */
  Entry stat(long capability, Range into) {
    return Entry.of(OpCode.STAT).capability(capability).auxiliary0(into.address());
  }

  /** STAT of a path. */
  Entry stat(long directory, Range path, Range into) {
    return stat(directory, into).range(path);
  }

  Entry stat(long directory, String path, Range into) {
    return stat(directory, memory().hold(path), into);
  }

  Range statusRoom() {
    return memory().take(FileStatus.SIZE);
  }

  Entry truncate(long file, long size) {
    return Entry.of(OpCode.TRUNCATE).capability(file).auxiliary0(size);
  }

  Entry makeDirectory(long directory, Range path) {
    return Entry.of(OpCode.MAKE_DIRECTORY).capability(directory).range(path).auxiliary0(0755);
  }

  Entry makeDirectory(long directory, String path) {
    return makeDirectory(directory, memory().hold(path));
  }

  /** REMOVE of anything but a directory. */
  Entry remove(long directory, Range path) {
    return Entry.of(OpCode.REMOVE).capability(directory).range(path);
  }

  Entry remove(long directory, String path) {
    return remove(directory, memory().hold(path));
  }

  Entry removeDirectory(long directory, String path) {
    return remove(directory, path).auxiliary1(RemoveFlags.DIRECTORY);
  }

  /** RENAME beneath one directory. */
  Entry rename(long directory, String from, String to) {
    return rename(directory, from, 0, to, 0);
  }

  /** RENAME from one directory to another, 0 being the same, with flags of RenameFlags. */
  Entry rename(long directory, String from, long target, String to, int flags) {
    return rename(directory, bytes(from), target, bytes(to), flags);
  }

  Entry rename(long directory, byte[] from, long target, byte[] to, int flags) {
    return Entry.of(OpCode.RENAME)
        .capability(directory)
        .range(memory().hold(joined(from, to)))
        .auxiliary0(target)
        .auxiliary1(from.length | (long) flags << 32);
  }

  Entry symlink(long directory, String link, String text) {
    return symlink(directory, bytes(link), bytes(text));
  }

  Entry symlink(long directory, byte[] link, byte[] text) {
    return Entry.of(OpCode.SYMLINK)
        .capability(directory)
        .range(memory().hold(joined(link, text)))
        .auxiliary1(link.length);
  }

  Entry readLink(long directory, Range path, Range into) {
    return Entry.of(OpCode.READ_LINK)
        .capability(directory)
        .range(path)
        .auxiliary0(into.address())
        .auxiliary1(into.length());
  }

  Entry readLink(long directory, String path, Range into) {
    return readLink(directory, memory().hold(path), into);
  }

  Entry list(long directory, Range into, long cookie) {
    return Entry.of(OpCode.LIST).capability(directory).range(into).auxiliary0(cookie);
  }

  /** READ_VECTOR or WRITE_VECTOR of a list that lies in the arena. */
  private Entry vector(OpCode code, long capability, Range... ranges) {
    Range list = memory().take(ranges.length * Vector.SIZE);
    for (int i = 0; i < ranges.length; i++) {
      setVector(list, i, ranges[i].address(), ranges[i].length());
    }
    return Entry.of(code).capability(capability).addr(list.address()).len(ranges.length);
  }

  /** Writes an element of a list of ranges. */
  void setVector(Range list, int index, long address, long length) {
    long base = memory().offsetOf(list.address()) + (long) index * Vector.SIZE;
    Vector.setAddr(memory().segment(), base, address);
    Vector.setLen(memory().segment(), base, length);
  }

  Entry readVector(long capability, Range... ranges) {
    return vector(OpCode.READ_VECTOR, capability, ranges);
  }

  Entry writeVector(long capability, Range... ranges) {
    return vector(OpCode.WRITE_VECTOR, capability, ranges);
  }

  Entry allocate(long file, long offset, long bytes, int flags) {
    return ofRange(OpCode.ALLOCATE, file, offset, bytes, flags);
  }

  Entry advise(long file, long offset, long bytes, int advice) {
    return ofRange(OpCode.ADVISE, file, offset, bytes, advice);
  }

  Entry syncRange(long file, long offset, long bytes, int flags) {
    return ofRange(OpCode.SYNC_RANGE, file, offset, bytes, flags);
  }

  private static Entry ofRange(OpCode code, long file, long offset, long bytes, int flags) {
    return Entry.of(code).capability(file).auxiliary0(offset).addr(bytes).auxiliary1(flags);
  }

  Entry copyRange(long source, long from, long target, long to, int length) {
    return Entry.of(OpCode.COPY_RANGE)
        .capability(source)
        .auxiliary0(from)
        .addr(target)
        .auxiliary1(to)
        .len(length);
  }

  /** SPLICE; an offset of {@link SubmissionEntry#CURRENT_POSITION} is a pipe's. */
  Entry splice(long source, long from, long target, long to, int length) {
    return Entry.of(OpCode.SPLICE)
        .capability(source)
        .auxiliary0(from)
        .addr(target)
        .auxiliary1(to)
        .len(length);
  }

  Entry tee(long source, long target, int length) {
    return Entry.of(OpCode.TEE).capability(source).addr(target).len(length);
  }

  /** SET_ATTRIBUTES of what the capability names. */
  Entry setAttributes(long capability, int mask, int mode, long modified, long accessed) {
    Range attributes = memory().take(FileAttributes.SIZE);
    long base = memory().offsetOf(attributes.address());
    FileAttributes.setMask(memory().segment(), base, mask);
    FileAttributes.setMode(memory().segment(), base, mode);
    FileAttributes.setModified(memory().segment(), base, modified);
    FileAttributes.setAccessed(memory().segment(), base, accessed);
    return Entry.of(OpCode.SET_ATTRIBUTES).capability(capability).auxiliary0(attributes.address());
  }

  /** LINK beneath one directory. */
  Entry link(long directory, String from, String to) {
    return link(directory, from, 0, to);
  }

  /** LINK from one directory into another, 0 being the same. */
  Entry link(long directory, String from, long target, String to) {
    byte[] old = bytes(from);
    return Entry.of(OpCode.LINK)
        .capability(directory)
        .range(memory().hold(joined(old, bytes(to))))
        .auxiliary0(target)
        .auxiliary1(old.length);
  }

  Entry query(long capability, Range into) {
    return Entry.of(OpCode.QUERY).capability(capability).range(into);
  }

  Range queryRoom() {
    return memory().take(CapabilityStatus.SIZE);
  }

  // ---- the kernel's own objects ----------------------------------------------------------------

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] joined = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, joined, first.length, second.length);
    return joined;
  }
}
