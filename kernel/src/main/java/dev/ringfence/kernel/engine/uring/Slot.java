// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.IoVector;
import dev.ringfence.linux.MessageHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** What Linux is doing for one operation. Owned by the queue's owner, and reused. */
final class Slot {

  /** Where the parts of {@link #memory} lie. */
  static final long HEADER = 0;

  static final long VECTOR = HEADER + MessageHeader.SIZE;
  static final long ADDRESS_BYTES = VECTOR + IoVector.SIZE;
  static final long ADDRESS = ADDRESS_BYTES + Long.BYTES;
  static final int ADDRESS_ROOM = 128;

  static final Operation NOBODY = new Operation() {};

  /** The user_data of its entries. */
  final int index;

  Operation operation = NOBODY;
  boolean cancelAsked;

  /** One of the bounded number of operations on regular files. */
  boolean counted;

  /** In {@link WaitingSlots}, between these two. */
  boolean waitsForTurn;

  @Nullable Slot before;
  @Nullable Slot after;

  /** A worker thread has it: it ends when that is done. */
  boolean onWorker;

  /** Not 0: what is with Linux is a poll for these events of {@link #awaitedDescriptor}. */
  int awaitedEvents;

  int awaitedDescriptor;

  /** How far an operation of several steps is. */
  int step;

  /** Was with Linux before, and may have had effects there. */
  boolean resumed;

  /** Bytes moved by earlier entries of the same operation. */
  int done;

  /** Zero-copy sends whose memory Linux still reads; each will be told. */
  int notifications;

  /** Zero copy was refused: it sends a copy. */
  boolean copies;

  /** Nothing follows but notifications: the result is known. */
  boolean over;

  long result;

  /** A handle of a Unix socket's name, open while Linux may use it; or -1. */
  int handle = -1;

  private @Nullable MemorySegment memory;

  Slot(int index) {
    this.index = index;
  }

  /** Its own memory for what entries point to; Linux may write to it until they complete. */
  MemorySegment memory() {
    MemorySegment present = memory;
    if (present == null) {
      present = Arena.ofAuto().allocate(ADDRESS + ADDRESS_ROOM, Long.BYTES);
      memory = present;
    }
    return present;
  }

  /** Has the next entry wait for events. */
  void await(int descriptor, int events) {
    awaitedDescriptor = descriptor;
    awaitedEvents = events;
  }

  void reset() {
    operation.engineIndex = -1;
    operation = NOBODY;
    cancelAsked = false;
    counted = false;
    onWorker = false;
    awaitedEvents = 0;
    step = 0;
    resumed = false;
    done = 0;
    notifications = 0;
    copies = false;
    over = false;
    if (handle >= 0) {
      Descriptors.close(handle);
      handle = -1;
    }
  }
}
