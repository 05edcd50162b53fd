// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.lang.foreign.MemorySegment;

/** A capability to send with CHANNEL_SEND ({@code struct rf_transfer}), 8-aligned. */
public final class CapabilityTransfer {
  /** Bytes of the structure. */
  public static final int SIZE = 24;

  public static final int CAPABILITY_ID_OFFSET = 0;
  public static final int RIGHTS_OFFSET = 8;
  public static final int TYPE_OFFSET = 16;
  public static final int FLAGS_OFFSET = 20;

  /** The most capabilities of one message. */
  public static final int COUNT_MAX = 16;

  /** The most bytes of one message. */
  public static final int MESSAGE_MAX = 65_536;

  private CapabilityTransfer() {}

  /** What to send; it needs TRANSFER. */
  public static long capabilityId(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + CAPABILITY_ID_OFFSET);
  }

  /** Writes capability_id. */
  public static void setCapabilityId(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + CAPABILITY_ID_OFFSET, value);
  }

  /** What the receiver may do, a subset. */
  public static long rights(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + RIGHTS_OFFSET);
  }

  /** Writes rights. */
  public static void setRights(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + RIGHTS_OFFSET, value);
  }

  /** The type that it must have, or 0. */
  public static int type(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + TYPE_OFFSET);
  }

  /** Writes type. */
  public static void setType(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + TYPE_OFFSET, value);
  }

  /** Bits of {@link TransferFlags}. */
  public static int flags(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + FLAGS_OFFSET);
  }

  /** Writes flags. */
  public static void setFlags(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + FLAGS_OFFSET, value);
  }
}
