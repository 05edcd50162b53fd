// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Flags of REMOVE: {@code auxiliary[1]}. */
public final class RemoveFlags {
  /** Remove an empty directory instead of a file or link. */
  public static final int DIRECTORY = 1;

  private RemoveFlags() {}
}
