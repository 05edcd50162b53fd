// SPDX-License-Identifier: Apache-2.0

/** The contract between programs and the kernel: layouts, numbers and their meanings. */
module dev.ringfence.abi {
  requires static transitive org.jspecify;

  exports dev.ringfence.abi;
}
