// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

/** What ADVISE says about a range of a file: {@code auxiliary[1]}. */
public final class Advice {
  /** Nothing special. */
  public static final int NORMAL = 0;

  /** It will be read from front to back. */
  public static final int SEQUENTIAL = 1;

  /** It will be read here and there. */
  public static final int RANDOM = 2;

  /** It will be read soon. */
  public static final int WILL_NEED = 3;

  /** It will not be read soon. */
  public static final int DONT_NEED = 4;

  private Advice() {}
}
