// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The listings of one directory that programs have begun and not ended: the latest few, because
 * each may hold descriptors. One that is in use is not in here.
 */
final class KeptListings {

  /** Listings kept; the oldest goes first, and costs its program a new start. */
  static final int KEPT_MAX = 4;

  private final ArrayDeque<Listing> kept = new ArrayDeque<>();

  /** Takes out a listing that stands at {@code cookie}, or null. */
  synchronized @Nullable Listing take(long cookie) {
    if (cookie == 0) {
      return null; // the start is read afresh
    }
    for (Iterator<Listing> all = kept.descendingIterator(); all.hasNext(); ) {
      Listing listing = all.next();
      if (listing.standsAt(cookie)) {
        all.remove();
        return listing;
      }
    }
    return null;
  }

  /** Keeps {@code listing} for its next call. */
  void put(Listing listing) throws IOException {
    Listing oldest = null;
    synchronized (this) {
      kept.add(listing);
      if (kept.size() > KEPT_MAX) {
        oldest = kept.poll();
      }
    }
    if (oldest != null) {
      oldest.close();
    }
  }

  /** Closes all. */
  void close() throws IOException {
    List<Listing> left;
    synchronized (this) {
      left = List.copyOf(kept);
      kept.clear();
    }
    for (Listing listing : left) {
      listing.close();
    }
  }
}
