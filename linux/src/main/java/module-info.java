// SPDX-License-Identifier: Apache-2.0
/**
 * Typed bindings to Linux, through the foreign function interface alone.
 *
 * <p>Nothing of Ringfence's own concepts is known here, and nothing above this module knows a
 * system call number or an offset of a Linux structure.
 */
module dev.ringfence.linux {
  requires static transitive org.jspecify;

  exports dev.ringfence.linux;
  exports dev.ringfence.linux.process;
  exports dev.ringfence.linux.uring;
}
