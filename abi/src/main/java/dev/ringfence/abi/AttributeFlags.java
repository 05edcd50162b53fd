// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** What SET_ATTRIBUTES changes: the mask of {@link FileAttributes}. */
public final class AttributeFlags {
  /** The permission bits. */
  public static final int MODE = 1;

  /** The time of the last change of the content. */
  public static final int MODIFIED = 1 << 1;

  /** The time of the last reading. */
  public static final int ACCESSED = 1 << 2;

  /** Set it to the present time. */
  public static final int MODIFIED_NOW = 1 << 3;

  /** Set it to the present time. */
  public static final int ACCESSED_NOW = 1 << 4;

  private AttributeFlags() {}
}
