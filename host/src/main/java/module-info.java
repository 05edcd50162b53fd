// SPDX-License-Identifier: Apache-2.0
/** Guests: native programs in processes of their own, which can do nothing but system calls. */
module dev.ringfence.host {
  requires static transitive org.jspecify;
  requires transitive dev.ringfence.abi;
  requires transitive dev.ringfence.kernel;
  requires dev.ringfence.linux;

  exports dev.ringfence.host;
}
