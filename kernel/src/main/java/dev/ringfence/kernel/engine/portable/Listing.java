// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.DirectoryEntry;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A listing under way. java.nio reads a directory once, from its start; a cookie is how many
 * entries came before, and the listing that stands there goes on.
 *
 * <p>It remembers what its last call gave out, so that a program may go on after any entry of it. A
 * cookie that no listing stands at begins anew and skips, which is right as long as the directory
 * has not changed since. Used by one thread at a time: {@link KeptListings} sees to it.
 */
final class Listing {

  /** Entries of one call, whatever the buffer: bounds its time, and what a listing remembers. */
  static final int ENTRIES_MAX = 1024;

  private final DirectoryResource directory;
  private final DirectoryStream<Path> stream;
  private final Iterator<Path> names;
  private boolean streamOpen = true;

  /** The entries from {@link #start} on that were read and may be asked for (again). */
  private final ArrayDeque<Entry> window = new ArrayDeque<>();

  private long start;

  /** One entry; {@code name} as the ABI has it. */
  private record Entry(byte[] name, int kind) {}

  private Listing(DirectoryResource directory) throws IOException {
    this.directory = directory;
    this.stream = directory.place().list();
    this.names = stream.iterator();
  }

  /** Carries out LIST. */
  static long list(DirectoryResource directory, KeptListings kept, Operation operation)
      throws IOException {
    if (operation.offset < 0) {
      return SyscallError.INVALID_ARGUMENT.result();
    }
    Listing listing = kept.take(operation.offset);
    if (listing == null) {
      listing = new Listing(directory);
    }
    boolean keep = false;
    try {
      listing.moveTo(operation.offset);
      long written = listing.write(operation);
      keep = written != 0; // 0: the end, nobody goes on from here
      return written;
    } finally {
      if (keep) {
        kept.put(listing);
      } else {
        listing.close();
      }
    }
  }

  /** Whether it can go on at {@code cookie} without beginning anew. */
  boolean standsAt(long cookie) {
    return start <= cookie && cookie <= start + window.size();
  }

  private void moveTo(long cookie) throws IOException {
    while (start < cookie) {
      if (window.poll() == null && nextName() == null) {
        break; // the directory has fewer entries: the end
      }
      start++;
    }
  }

  /** Writes entries from where it stands; returns bytes, 0 at the end, or an error. */
  private long write(Operation operation) throws IOException {
    long written = 0;
    long cookie = start;
    Iterator<Entry> known = window.iterator();
    for (int count = 0; count < ENTRIES_MAX; count++) {
      Entry entry = known.hasNext() ? known.next() : readNext();
      if (entry == null) {
        break;
      }
      if (written + DirectoryEntry.sizeFor(entry.name().length) > operation.length) {
        if (written == 0) {
          return SyscallError.INVALID_ARGUMENT.result();
        }
        break;
      }
      cookie++;
      written +=
          DirectoryEntry.write(
              operation.memory,
              operation.memoryOffset + written,
              cookie,
              entry.kind(),
              entry.name());
    }
    operation.value = cookie;
    return written;
  }

  /** Reads one more entry into the window; null at the end. */
  private @Nullable Entry readNext() throws IOException {
    for (Path path = nextName(); path != null; path = nextName()) {
      byte[] name = directory.names().nameBytes(path);
      BasicFileAttributes found = directory.place().find(path);
      if (name != null && found != null) {
        Entry entry = new Entry(name, StatusRecord.kind(found));
        window.add(entry);
        return entry;
      }
      // a name that no path can have, or removed since it was read
    }
    return null;
  }

  private @Nullable Path nextName() throws IOException {
    if (streamOpen && names.hasNext()) {
      return names.next().getFileName();
    }
    close(); // gives the descriptors back, though the program may not ask for the end
    return null;
  }

  void close() throws IOException {
    if (streamOpen) {
      streamOpen = false;
      stream.close();
    }
  }
}
