// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Flags of SYNC_RANGE: {@code auxiliary[1]}. */
public final class SyncRangeFlags {
  /** First wait for writing that is under way. */
  public static final int WAIT_BEFORE = 1;

  /** Begin to write what is dirty. */
  public static final int WRITE = 1 << 1;

  /** Then wait until that is written. */
  public static final int WAIT_AFTER = 1 << 2;

  private SyncRangeFlags() {}
}
