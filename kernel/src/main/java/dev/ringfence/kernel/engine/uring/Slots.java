// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.kernel.engine.Operation;
import java.util.Arrays;

/**
 * The slots of a queue, by number. The kernel bounds how many operations there are; slots follow
 * the most there ever were.
 */
final class Slots {

  private static final int FIRST = 64;

  private Slot[] all = new Slot[0];
  private int[] free = new int[0];
  private int freeCount;
  private int used;

  Slot take(Operation operation) {
    if (freeCount == 0) {
      grow();
    }
    Slot slot = all[free[--freeCount]];
    slot.operation = operation;
    operation.engineIndex = slot.index;
    used++;
    return slot;
  }

  Slot at(int index) {
    return all[index];
  }

  void giveBack(Slot slot) {
    slot.reset();
    free[freeCount++] = slot.index;
    used--;
  }

  /** How many operations are with Linux or with a worker. */
  int used() {
    return used;
  }

  private void grow() {
    int old = all.length;
    int grown = Math.max(FIRST, old * 2);
    all = Arrays.copyOf(all, grown);
    free = Arrays.copyOf(free, grown);
    for (int i = grown - 1; i >= old; i--) {
      all[i] = new Slot(i);
      free[freeCount++] = i;
    }
  }
}
