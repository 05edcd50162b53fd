// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.kernel.Domain;
import dev.ringfence.user.File;
import dev.ringfence.user.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;

/** Ten thousand virtual threads read files at once and none of them holds its carrier. */
class ManyReadersTest extends Stress {

  private static final int READERS = 10_000;
  private static final int READS_EACH = 3;
  private static final int BYTES = 512;
  private static final String PINNED = "jdk.VirtualThreadPinned";

  @Test
  void tenThousandVirtualThreadsReadAtOnceAndPinNoCarrier() throws Exception {
    byte[] content = new byte[READERS];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 31 ^ i >> 8);
    }
    Files.write(tree.resolve("file"), content);
    try (Recording recording = new Recording();
        Domain domain = kernel.domain("readers").directory("root", tree, Rights.READ_ONLY).open();
        Session session = Session.over(domain)) {
      File file = session.directory("root").open("file");
      // loading a class holds the carrier of whoever waits for it: not what is asked here
      readAll(file, content, 2);
      recording.enable(PINNED).withoutThreshold();
      recording.start();
      long began = System.nanoTime();
      readAll(file, content, READERS);
      long millis = (System.nanoTime() - began) / 1_000_000;
      recording.stop();
      say("%d virtual threads, %d reads each, %d ms".formatted(READERS, READS_EACH, millis));
      assertThat(pinned(recording)).as("what held a carrier").isEmpty();
    }
  }

  private static void readAll(File file, byte[] content, int readers) throws Exception {
    CountDownLatch ready = new CountDownLatch(readers);
    AtomicInteger read = new AtomicInteger();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> ends = new ArrayList<>();
      for (int i = 0; i < readers; i++) {
        int from = i * 7 % (content.length - BYTES);
        ends.add(
            threads.submit(() -> {
              ready.countDown();
              ready.await();
              byte[] target = new byte[BYTES];
              for (int k = 0; k < READS_EACH; k++) {
                assertThat(file.read(target, from)).isEqualTo(BYTES);
                assertThat(Arrays.equals(target, 0, BYTES, content, from, from + BYTES)).isTrue();
                read.incrementAndGet();
              }
              return null;
            }));
      }
      for (Future<?> end : ends) {
        end.get();
      }
    }
    assertThat(read.get()).isEqualTo(readers * READS_EACH);
  }

  private List<String> pinned(Recording recording) throws IOException {
    Path file = temporary.resolve("pinned.jfr");
    recording.dump(file);
    List<String> found = new ArrayList<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      if (event.getEventType().getName().equals(PINNED)) {
        found.add(event.toString());
      }
    }
    return found;
  }
}
