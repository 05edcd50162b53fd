// SPDX-License-Identifier: Apache-2.0
/** The command {@code ringfence}. */
module dev.ringfence.cli {
  requires static org.jspecify;
  requires dev.ringfence.abi;
  requires dev.ringfence.kernel;
  requires dev.ringfence.user;
  requires info.picocli;
  requires com.fasterxml.jackson.core;
  requires me.tongfei.progressbar;

  // picocli finds options and parameters by reflection
  opens dev.ringfence.cli to
      info.picocli;
}
