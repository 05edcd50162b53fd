// SPDX-License-Identifier: Apache-2.0
/** Domains, capability tables, rings, dispatch, and the engines that carry operations out. */
module dev.ringfence.kernel {
  requires static transitive org.jspecify;
  requires transitive dev.ringfence.abi;
  requires dev.ringfence.linux;

  exports dev.ringfence.kernel;
  exports dev.ringfence.kernel.engine;
}
