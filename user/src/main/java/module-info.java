// SPDX-License-Identifier: Apache-2.0
/** To be written. */
module dev.ringfence.user {
  requires static org.jspecify;

  requires transitive dev.ringfence.abi;
}
