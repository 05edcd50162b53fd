// SPDX-License-Identifier: Apache-2.0
/** To be written. */
module dev.ringfence.linux {
  requires static org.jspecify;

}
