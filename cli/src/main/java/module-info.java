// SPDX-License-Identifier: Apache-2.0
/** The command {@code ringfence}. */
module dev.ringfence.cli {
  requires static org.jspecify;
  requires dev.ringfence.abi;
  requires dev.ringfence.host;
  requires dev.ringfence.kernel;
  requires dev.ringfence.user;
  requires com.fasterxml.jackson.core;
  requires me.tongfei.progressbar;
  requires org.apache.commons.cli;
}
