// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's log, {@code dev.ringfence.kernel}. Any thread. Nothing here throws: whoever has
 * something to log is in trouble already, and goes on.
 *
 * <p>The platform's logger opens files when it is first used, and one that finds no free descriptor
 * then is broken for good. So it is loaded when the kernel is opened, where nobody waits for it;
 * what cannot be logged goes to standard error.
 */
public final class Log {

  private static final AtomicBoolean LOADING = new AtomicBoolean();

  private static volatile @Nullable Logger logger;

  private Log() {}

  /** Begins to load what logging needs, on a thread of its own: it takes some 100 ms. */
  public static void load() {
    if (LOADING.getAndSet(true)) {
      return;
    }
    try {
      Thread.ofPlatform().name("ringfence-log").daemon(true).start(Log::loadNow);
    } catch (OutOfMemoryError e) {
      // no thread to be had: it is loaded when something is logged
      LOADING.set(false);
    }
  }

  private static void loadNow() {
    try {
      if (logger().isLoggable(Level.ERROR)) {
        // entries carry the local time, whose rules are in a file
        Objects.requireNonNull(ZonedDateTime.now(ZoneId.systemDefault()));
      }
    } catch (RuntimeException | Error e) {
      // what is missing shows when something is logged
    }
  }

  private static Logger logger() {
    Logger present = logger;
    if (present == null) {
      present = System.getLogger("dev.ringfence.kernel");
      logger = present;
    }
    return present;
  }

  /** Something that must not happen happened. */
  public static void internalError(Throwable failure) {
    try {
      logger().log(Level.ERROR, "the kernel goes on after an internal error", failure);
    } catch (RuntimeException | Error unlogged) {
      System.err.println("ringfence: internal error: " + failure + "; not logged: " + unlogged);
    }
  }

  /**
   * Something that somebody should look at.
   *
   * @param format as {@link java.text.MessageFormat} has it
   */
  public static void warning(String format, Object... values) {
    try {
      logger().log(Level.WARNING, format, values);
    } catch (RuntimeException | Error unlogged) {
      System.err.println("ringfence: " + format + "; not logged: " + unlogged);
    }
  }
}
