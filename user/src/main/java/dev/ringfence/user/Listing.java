// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.DirectoryEntry;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Reads a directory a page at a time. Between two pages nothing is held but a cookie. */
final class Listing extends Spliterators.AbstractSpliterator<Entry> {

  private final Directory directory;
  private final Queue<Entry> page = new ArrayDeque<>();
  private long cookie;
  private boolean ended;

  private Listing(Directory directory) {
    super(Long.MAX_VALUE, Spliterator.NONNULL | Spliterator.DISTINCT);
    this.directory = directory;
  }

  static Stream<Entry> of(Directory directory) {
    return StreamSupport.stream(new Listing(directory), false);
  }

  @Override
  public boolean tryAdvance(Consumer<? super Entry> action) {
    while (page.isEmpty()) {
      if (ended) {
        return false;
      }
      nextPage();
    }
    action.accept(page.remove());
    return true;
  }

  private void nextPage() {
    List<Raw> found = new ArrayList<>();
    try (Buffer buffer = directory.calls().transfers().acquire();
        Slot slot = directory.calls().slot()) {
      int bytes =
          slot.begin(OpCode.LIST, directory.id())
              .memory(buffer.segment().address(), buffer.sizeBytes())
              .auxiliary(cookie, 0)
              .run("list", directory, null);
      cookie = slot.value();
      ended = bytes == 0;
      MemorySegment records = buffer.segment();
      for (int at = 0; at < bytes; at += DirectoryEntry.recordSize(records, at)) {
        found.add(new Raw(DirectoryEntry.name(records, at), DirectoryEntry.kind(records, at)));
      }
    }
    // Only now, holding no memory: some file systems leave it to STAT to tell the kind.
    for (Raw raw : found) {
      Entry entry = Entry.of(raw.name, FileKind.of(raw.kind));
      boolean ask = raw.kind == DirectoryEntry.KIND_UNKNOWN && entry.usable();
      page.add(ask && directory.has(Rights.STAT) ? identified(entry) : entry);
    }
  }

  private Entry identified(Entry entry) {
    try {
      return new Entry(entry.name(), directory.statLink(entry.name()).kind(), true);
    } catch (SyscallException e) {
      if (e.error() == SyscallError.NOT_FOUND) {
        return entry; // Removed since it was listed; opening it will say so.
      }
      throw e;
    }
  }

  private record Raw(byte[] name, int kind) {}
}
