// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.Rights;

/**
 * How a person widens the grants of a program: the last words of an error message. Whoever starts
 * the domain knows how grants are written there, so he supplies this; it has no effect on
 * authority.
 */
public interface Remedy {

  /** Words for a host of which nothing is known. */
  Remedy PLAIN =
      new Remedy() {
        @Override
        public String widen(Grant grant, long missing) {
          return "grant it with " + Rights.describe(grant.rights() | missing);
        }

        @Override
        public String add(String name, CapabilityType type) {
          return "start the program with one";
        }
      };

  /**
   * Completes "the grant `in` has no WRITE right; ".
   *
   * @param missing the rights that were needed and are not there
   */
  String widen(Grant grant, long missing);

  /**
   * Completes "there is no grant `in`; ".
   *
   * @param type what the program wanted it to be
   */
  String add(String name, CapabilityType type);
}
