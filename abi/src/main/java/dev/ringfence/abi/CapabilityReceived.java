// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.lang.foreign.MemorySegment;

/** A capability that CHANNEL_RECEIVE delivered ({@code struct rf_received}), 8-aligned. */
public final class CapabilityReceived {
  /** Bytes of the structure. */
  public static final int SIZE = 24;

  public static final int CAPABILITY_ID_OFFSET = 0;
  public static final int RIGHTS_OFFSET = 8;
  public static final int TYPE_OFFSET = 16;
  public static final int RESERVED_OFFSET = 20;

  private CapabilityReceived() {}

  /** Its id here; 0 if it was revoked on the way. */
  public static long capabilityId(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + CAPABILITY_ID_OFFSET);
  }

  /** Writes capability_id. */
  public static void setCapabilityId(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + CAPABILITY_ID_OFFSET, value);
  }

  /** What it permits. */
  public static long rights(MemorySegment segment, long base) {
    return (long) LittleEndian.U64.get(segment, base + RIGHTS_OFFSET);
  }

  /** Writes rights. */
  public static void setRights(MemorySegment segment, long base, long value) {
    LittleEndian.U64.set(segment, base + RIGHTS_OFFSET, value);
  }

  /** {@link CapabilityType#code()}. */
  public static int type(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + TYPE_OFFSET);
  }

  /** Writes type. */
  public static void setType(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + TYPE_OFFSET, value);
  }

  /** 0. */
  public static int reserved(MemorySegment segment, long base) {
    return (int) LittleEndian.U32.get(segment, base + RESERVED_OFFSET);
  }

  /** Writes reserved. */
  public static void setReserved(MemorySegment segment, long base, int value) {
    LittleEndian.U32.set(segment, base + RESERVED_OFFSET, value);
  }
}
