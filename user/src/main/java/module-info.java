// SPDX-License-Identifier: Apache-2.0

/** What programs import: the four calls, the raw ring, and typed capabilities over both. */
module dev.ringfence.user {
  requires transitive dev.ringfence.abi;
  requires static transitive org.jspecify;

  exports dev.ringfence.user;
}
