// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import dev.ringfence.abi.Rights;
import dev.ringfence.kernel.EngineChoice;
import dev.ringfence.kernel.Kernel;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Sees to it that a class of tests leaves nothing behind: the process has as many descriptors of
 * each kind as before, and no thread of a kernel.
 */
final class Balance implements BeforeAllCallback, AfterAllCallback {

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(Balance.class);

  // The JDK keeps some things open from their first use on: its source of random numbers, and the
  // socket pair with which it closes channels. They are there before anything is counted.
  static {
    Setting.engines()
        .forEach(engine -> {
          try (Kernel kernel = Kernel.open(EngineChoice.choose(engine))) {
            Kernel.Pipe pipe = kernel.pipe();
            kernel
                .domain("first")
                .pipe("source", pipe.source(), Rights.READ)
                .pipe("sink", pipe.sink(), Rights.WRITE)
                .open()
                .close();
          }
        });
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    context.getStore(NAMESPACE).put(context.getUniqueId(), held());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Object before = context.getStore(NAMESPACE).get(context.getUniqueId());
    if (!(before instanceof Map<?, ?> expected)) {
      return;
    }
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    Map<String, Integer> surplus = surplus(expected);
    while (!surplus.isEmpty() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(LOOK_NANOS);
      surplus = surplus(expected);
    }
    if (!surplus.isEmpty()) {
      throw new AssertionError(context.getDisplayName() + " left behind: " + surplus);
    }
  }

  private static Map<String, Integer> surplus(Map<?, ?> before) {
    Map<String, Integer> surplus = new TreeMap<>();
    held()
        .forEach((kind, count) -> {
          int more = count - (before.get(kind) instanceof Integer known ? known : 0);
          if (more > 0) {
            surplus.put(kind, more);
          }
        });
    return surplus;
  }

  /** Descriptors and threads by kind. */
  private static Map<String, Integer> held() {
    Map<String, Integer> held = new TreeMap<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("ringfence")) {
        held.merge("thread " + thread.getName().replaceAll("\\d+", "N"), 1, Integer::sum);
      }
    }
    if (Files.isDirectory(DESCRIPTORS)) {
      countDescriptors(held);
    }
    return held;
  }

  private static void countDescriptors(Map<String, Integer> held) {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path descriptor : open) {
        String kind = kindOf(descriptor);
        if (!kind.isEmpty()) {
          held.merge(kind, 1, Integer::sum);
        }
      }
    } catch (IOException e) {
      throw new AssertionError("cannot list the descriptors of this process", e);
    }
  }

  /** Empty for what the virtual machine opens when it likes: its archives, and this listing. */
  private static String kindOf(Path descriptor) throws IOException {
    String target;
    try {
      target = Files.readSymbolicLink(descriptor).toString();
    } catch (java.nio.file.NoSuchFileException e) {
      // the listing's own, which is closed again
      return "";
    }
    boolean ofTheMachine =
        target.endsWith(".jar") || target.endsWith("/modules") || target.startsWith("/proc/");
    return ofTheMachine ? "" : "descriptor " + target.replaceAll("\\d+", "N");
  }
}
