// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

/**
 * Bytes that an entry names.
 *
 * @param address as the domain numbers it
 * @param length bytes, read as unsigned by the kernel
 */
record Range(long address, int length) {

  /** The bytes from {@code offset} on. */
  Range from(int offset) {
    return new Range(address + offset, length - offset);
  }

  /** The first {@code count} bytes. */
  Range first(int count) {
    return new Range(address, count);
  }
}
