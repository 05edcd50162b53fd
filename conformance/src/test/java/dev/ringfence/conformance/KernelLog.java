// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Listens to the kernel's log from its making to its closing: an error in it is a defect. */
final class KernelLog extends Handler {

  // held here, or the logger could be collected with its handlers
  private static final Logger LOGGER = Logger.getLogger("dev.ringfence.kernel");

  private final List<String> errors = new CopyOnWriteArrayList<>();

  KernelLog() {
    LOGGER.addHandler(this);
  }

  List<String> errors() {
    return errors;
  }

  @Override
  public void publish(LogRecord entry) {
    if (entry.getLevel().intValue() >= Level.SEVERE.intValue()) {
      errors.add(entry.getMessage() + ": " + entry.getThrown());
    }
  }

  @Override
  public void flush() {
    // nothing is held back
  }

  @Override
  public void close() {
    LOGGER.removeHandler(this);
  }
}
