// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import dev.ringfence.abi.RingContext;
import dev.ringfence.abi.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** A thread that writes anything anywhere into the memory that a domain shares with the kernel. */
final class Scribbler {

  private static final int CALM = 3_000;

  private final MemorySegment segment;
  private final long ring;
  private final long entries;
  private final long entryBytes;
  private final Range paths;
  private final Memory memory;
  private final Random random;
  private final Thread thread = new Thread(this::run, "scribbler");
  private volatile boolean stopped;

  Scribbler(Client client, long seed) {
    this.segment = client.segment();
    this.memory = client.memory();
    this.ring = client.submissionHeader() - RingContext.SQ_HEADER_OFFSET;
    this.entries = ring + RingContext.SQ_ENTRIES_OFFSET;
    this.entryBytes = (long) client.entries() * SubmissionEntry.SIZE;
    this.paths = client.memory().whole().first(4096);
    this.random = new Random(seed);
  }

  void start() {
    thread.start();
  }

  void stop() throws InterruptedException {
    stopped = true;
    thread.join();
  }

  private void run() {
    while (!stopped) {
      // headers seldom, since most words there end the ring at once
      switch (random.nextInt(CALM)) {
        case 0 -> header();
        default -> {
          entry();
          path();
        }
      }
    }
  }

  private void header() {
    long[] places = {
      RingContext.SQ_HEADER_OFFSET, RingContext.CQ_HEADER_OFFSET, RingContext.DOORBELL_OFFSET
    };
    long at = ring + places[random.nextInt(places.length)] + 4L * random.nextInt(16);
    segment.set(ValueLayout.JAVA_INT, at, random.nextInt(random.nextBoolean() ? 4 : 1 << 30));
  }

  private void entry() {
    long at = entries + (random.nextLong(entryBytes) & ~7);
    long old = segment.get(ValueLayout.JAVA_LONG, at);
    segment.set(ValueLayout.JAVA_LONG, at, old ^ 1L << random.nextInt(64));
  }

  /** Only letters, slashes and dots, so that the host can still delete what is made of them. */
  private void path() {
    long at = memory.offsetOf(paths.address()) + random.nextInt(paths.length());
    segment.set(ValueLayout.JAVA_BYTE, at, (byte) "abc/..".charAt(random.nextInt(6)));
  }
}
