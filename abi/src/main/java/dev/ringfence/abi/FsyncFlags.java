// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Flags of FSYNC: {@code auxiliary[1]}. */
public final class FsyncFlags {
  /** The data and what is needed to read it; not times. */
  public static final int DATA_ONLY = 1;

  private FsyncFlags() {}
}
