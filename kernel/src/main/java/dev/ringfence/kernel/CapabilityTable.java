// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A domain's capabilities by id.
 *
 * <p>Looking up is lock-free: one load of the slot and one comparison of the whole id. Everything
 * that changes the table runs under the {@link DerivationTree}'s lock. A slot counts its own
 * generations and is retired when they run out, so an id is never live twice.
 */
final class CapabilityTable {

  private static final int FIRST_GENERATION = 1;

  private final CapabilityIds ids;
  private final AtomicReferenceArray<@Nullable Capability> entries;
  private final int[] generations;
  private final int[] freeSlots;
  private int freeCount;
  private int reservedCount;

  CapabilityTable(int capacity, CapabilityIds ids) {
    this(capacity, ids, FIRST_GENERATION);
  }

  /** With the generation that every slot starts in, so that a test can reach the last one. */
  CapabilityTable(int capacity, CapabilityIds ids, int firstGeneration) {
    this.ids = ids;
    this.entries = new AtomicReferenceArray<>(capacity);
    this.generations = new int[capacity];
    this.freeSlots = new int[capacity];
    Arrays.fill(generations, firstGeneration);
    for (int i = 0; i < capacity; i++) {
      freeSlots[i] = capacity - 1 - i;
    }
    this.freeCount = capacity;
  }

  /** The entry that {@code id} names, live or tombstone; null for any other number. Any thread. */
  @Nullable Capability lookup(long id) {
    if (id <= 0) {
      return null;
    }
    int index = ids.indexOf(id);
    if (index < 0 || index >= entries.length()) {
      return null;
    }
    Capability found = entries.getAcquire(index);
    return found != null && found.id == id ? found : null;
  }

  /** Sets a slot aside for an operation that will need one. Under the tree's lock. */
  boolean reserve() {
    if (freeCount - reservedCount <= 0) {
      return false;
    }
    reservedCount++;
    return true;
  }

  /** Gives a reserved slot back. Under the tree's lock. */
  void unreserve() {
    reservedCount--;
  }

  /** How many more capabilities fit. Under the tree's lock. */
  int left() {
    return freeCount - reservedCount;
  }

  /** Takes a slot that {@link #reserve} promised. Under the tree's lock. */
  Slot take() {
    reservedCount--;
    int index = freeSlots[--freeCount];
    long id = ids.encode(generations[index], index);
    if (id == 0) {
      // 0 is never live; a slot in its last generation cannot meet this, it was retired before
      generations[index]++;
      id = ids.encode(generations[index], index);
    }
    return new Slot(index, id);
  }

  /** Publishes the entry of a slot. Under the tree's lock. */
  void put(Capability capability) {
    entries.setRelease(capability.index, capability);
  }

  /** Empties a slot and moves it to its next generation. Under the tree's lock. */
  void free(Capability capability) {
    int index = capability.index;
    if (entries.getPlain(index) != capability) {
      return;
    }
    entries.setRelease(index, null);
    // the last two generations stay unused, so that take() can always skip an id of 0
    if (generations[index] < CapabilityIds.GENERATION_MAX - 1) {
      generations[index]++;
      freeSlots[freeCount++] = index;
    }
  }

  int capacity() {
    return entries.length();
  }

  /** The entry in a slot, for walking the table. */
  @Nullable Capability at(int index) {
    return entries.getAcquire(index);
  }

  /**
   * A place for a capability.
   *
   * @param index the slot
   * @param id the CapabilityID of its present generation
   */
  record Slot(int index, long id) {

    /** No place: of a capability that is on its way. */
    static final Slot NONE = new Slot(-1, 0);
  }
}
