// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import java.util.List;

/**
 * What waits in a channel. Nobody changes the array.
 *
 * @param bytes a copy
 * @param capabilities on their way
 * @param sender whose quota they count against until they arrive
 */
record Message(byte[] bytes, List<Capability> capabilities, Domain sender) {

  /** It is on its way no longer: its sender may send more. Under the tree's lock. */
  void ended() {
    sender.onTheirWay(-capabilities.size());
    sender.budget().returnMessage(bytes.length);
  }
}
