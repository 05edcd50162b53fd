// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

/** The command line is wrong; the message says what to write. {@link Main} ends with status 2. */
final class UsageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
