// SPDX-License-Identifier: Apache-2.0
/** Domains, capability tables, rings, dispatch, and the engines that carry operations out. */
module dev.ringfence.kernel {
  requires static transitive org.jspecify;
  requires transitive dev.ringfence.abi;
  requires dev.ringfence.linux;
  requires jdk.unsupported; // for ExtendedOpenOption.DIRECT, which java.base has no public name for

  exports dev.ringfence.kernel;
  exports dev.ringfence.kernel.engine;
}
