// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.kernel.engine.Operation;
import org.jspecify.annotations.Nullable;

/** What Linux is doing for an operation; its index is the Linux user_data. */
final class Slot {

  static final Operation NOBODY = new Operation() {};

  final int index;
  Operation operation = NOBODY;
  boolean cancelAsked;
  boolean counted;
  boolean waitsForReadiness;

  /** In {@link WaitingSlots}, between these two. */
  boolean waitsForTurn;

  @Nullable Slot before;
  @Nullable Slot after;

  Slot(int index) {
    this.index = index;
  }
}
