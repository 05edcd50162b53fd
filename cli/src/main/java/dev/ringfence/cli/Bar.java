// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli;

import dev.ringfence.cli.program.Progress;
import java.io.Console;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar with rate and time left, on a terminal only. */
final class Bar implements Progress {

  private static final int REDRAW_MILLIS = 200;
  private static final long MEBIBYTE = 1L << 20;

  private final boolean terminal;
  private @Nullable ProgressBar shown;

  private Bar(boolean terminal) {
    this.terminal = terminal;
  }

  /** A bar that shows itself if a person is watching. */
  @SuppressWarnings("SystemConsoleNull") // it is null where jdk.console names no provider
  static Bar onTerminal() {
    Console console = System.console();
    return new Bar(console != null && console.isTerminal());
  }

  @Override
  public boolean visible() {
    return terminal;
  }

  @Override
  public synchronized void begin(String title, long bytes) {
    close();
    if (terminal) {
      shown =
          new ProgressBarBuilder()
              .setTaskName(title)
              .setInitialMax(bytes)
              .setUnit(" MiB", MEBIBYTE)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(REDRAW_MILLIS)
              .showSpeed()
              .build();
    }
  }

  @Override
  public synchronized void advance(long bytes) {
    if (shown != null) {
      shown.stepBy(bytes);
    }
  }

  @Override
  public synchronized void close() {
    if (shown != null) {
      shown.close();
      shown = null;
    }
  }
}
