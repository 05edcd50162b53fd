// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import dev.ringfence.abi.TransferFlags;

/**
 * One capability of a CHANNEL_SEND.
 *
 * @param capability its id
 * @param rights for the receiver
 * @param type the type that it must have, or 0
 * @param flags of {@link TransferFlags}
 */
record Sent(long capability, long rights, int type, int flags) {

  static Sent copy(long capability, long rights) {
    return new Sent(capability, rights, 0, 0);
  }

  static Sent move(long capability, long rights) {
    return new Sent(capability, rights, 0, TransferFlags.MOVE);
  }
}
