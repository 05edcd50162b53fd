// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

/**
 * The shape of a domain's CapabilityIDs: 31 bits of generation and 32 of index, mixed with the
 * domain's secret (design: section 3.6).
 *
 * <p>The mixing is a bijection on 63 bits, so bit 63 stays clear and an id in a register never
 * looks like an error. It exists so that programs cannot rely on the shape and a foreign id is
 * found out; the table's comparison of the whole id, not the secret, is what keeps an id from
 * reaching anything else.
 */
final class CapabilityIds {

  static final int GENERATION_MAX = Integer.MAX_VALUE;

  private static final long MASK = Long.MAX_VALUE;

  private final long secret;
  private final long factor;
  private final long inverse;

  /**
   * @param secret any random bits
   * @param factorSeed any random bits
   */
  CapabilityIds(long secret, long factorSeed) {
    this.secret = secret & MASK;
    this.factor = factorSeed | 1;
    this.inverse = inverseOf(factor);
  }

  /** The id of a slot in one of its generations; may be 0, which the table then skips. */
  long encode(int generation, int index) {
    long word = ((long) generation << 32) | (index & 0xffff_ffffL);
    return ((word ^ secret) * factor) & MASK;
  }

  /** The slot that {@code id} would be in, as an unsigned number in an int. */
  int indexOf(long id) {
    return (int) (((id * inverse) & MASK) ^ secret);
  }

  /** The inverse modulo 2^64, by Newton's iteration: each step doubles the bits that are right. */
  private static long inverseOf(long odd) {
    long inverse = odd;
    for (int bits = 3; bits < 64; bits *= 2) {
      inverse *= 2 - odd * inverse;
    }
    return inverse;
  }
}
