// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** Flags of OPEN: the low 32 bits of {@code auxiliary[0]}; the mode is in the high 32. */
public final class OpenFlags {
  /** Make the file if it is missing; needs CREATE. */
  public static final int CREATE = 1;

  /** With CREATE: AlreadyExists if the name is taken. */
  public static final int EXCLUSIVE = 1 << 1;

  /** Set the size to 0; needs TRUNCATE. */
  public static final int TRUNCATE = 1 << 2;

  /** Every write goes to the end. */
  public static final int APPEND = 1 << 3;

  /** NotADirectory unless it is a directory. */
  public static final int DIRECTORY = 1 << 4;

  /** Refuse a symbolic link as the last name. */
  public static final int NO_FOLLOW = 1 << 5;

  /** Bypass the page cache; offsets, lengths and addresses must be aligned. */
  public static final int DIRECT = 1 << 6;

  /** Each write returns when data and status are durable. */
  public static final int SYNC = 1 << 7;

  /** Each write returns when its data is durable. */
  public static final int DATA_SYNC = 1 << 8;

  /** Every flag there is; another bit is an invalid argument. */
  public static final int KNOWN = 0x1FF;

  /** How far the mode is shifted in {@code auxiliary[0]}. */
  public static final int MODE_SHIFT = 32;

  /** The mode's bits that OPEN and MAKE_DIRECTORY accept: rwxrwxrwx. */
  public static final int MODE_MASK = 0x1FF;

  private OpenFlags() {}

  /** Packs flags and mode for {@code auxiliary[0]}. */
  public static long withMode(int flags, int mode) {
    return Integer.toUnsignedLong(flags) | (long) mode << MODE_SHIFT;
  }
}
