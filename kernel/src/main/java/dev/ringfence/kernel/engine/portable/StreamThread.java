// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A daemon platform thread for a standard stream: there when needed, gone when idle for a second,
 * never interrupted. It does not keep the process alive.
 */
final class StreamThread implements Executor {

  private static final long IDLE_MILLIS_MAX = 1000;

  private final ThreadPoolExecutor executor;

  StreamThread(String name) {
    executor =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_MILLIS_MAX,
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name(name).factory());
    executor.allowCoreThreadTimeOut(true);
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(task);
  }
}
