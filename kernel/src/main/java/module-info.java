// SPDX-License-Identifier: Apache-2.0
/** To be written. */
module dev.ringfence.kernel {
  requires static org.jspecify;
  requires transitive dev.ringfence.abi;
  requires dev.ringfence.linux;
  exports dev.ringfence.kernel;

}
