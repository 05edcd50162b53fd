// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.CapabilityType;

/**
 * Where a capability's rights come from, for words about what is missing.
 *
 * @param source what {@code grant} is, as in "the grant"
 * @param grant with which rights it came
 * @param remedy how a person gets more
 */
record Authority(String source, Grant grant, Remedy remedy) {

  /** Words for what another program sent, or what this one made. */
  private static final Remedy FROM_A_PROGRAM =
      new Remedy() {
        @Override
        public String widen(Grant grant, long missing) {
          return "whoever sent it must send more";
        }

        @Override
        public String add(String name, CapabilityType type) {
          return PLAIN.add(name, type);
        }
      };

  Authority(Grant grant, Remedy remedy) {
    this("the grant", grant, remedy);
  }

  /** The authority of what came through a channel. */
  static Authority received(Grant grant) {
    return new Authority("the received capability", grant, FROM_A_PROGRAM);
  }

  /** The authority of what the program made itself. */
  static Authority made(Grant grant) {
    return new Authority("the new capability", grant, Remedy.PLAIN);
  }
}
