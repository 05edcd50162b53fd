// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.CapabilityStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What the process and a domain hold at one moment.
 *
 * @param quotas what is left of the domain's quotas
 * @param descriptors open descriptors; 0 where that cannot be told
 * @param mappings ranges of shared and of ring memory; 0 where that cannot be told
 * @param directBytes native memory of the JDK's buffers
 * @param operations the kernel's objects for operations in flight
 * @param heapBytes live bytes of the heap
 */
record Held(
    String quotas,
    long descriptors,
    long mappings,
    long directBytes,
    long operations,
    long heapBytes) {

  private static final long HEAP_SLACK = 8L << 20;
  private static final long DIRECT_SLACK = 4L << 20;
  private static final int OPERATIONS_SLACK = 64;
  private static final String OPERATION = "dev.ringfence.kernel.InFlight";

  /** Looks; collects garbage first. */
  static Held now(Client client) {
    long operations = instances(OPERATION);
    Runtime runtime = Runtime.getRuntime();
    return new Held(
        quotas(client),
        openDescriptors(),
        sharedMappings(),
        directMemory(),
        operations,
        runtime.totalMemory() - runtime.freeMemory());
  }

  /** Nothing grew since {@code before}, but for what the virtual machine itself may have taken. */
  void assertNoMoreThan(Held before) {
    assertThat(quotas).as("quotas left").isEqualTo(before.quotas);
    assertThat(descriptors).as("descriptors").isLessThanOrEqualTo(before.descriptors);
    assertThat(mappings).as("shared mappings").isLessThanOrEqualTo(before.mappings);
    assertThat(directBytes).as("direct bytes").isLessThan(before.directBytes + DIRECT_SLACK);
    assertThat(operations)
        .as("operation objects")
        .isLessThanOrEqualTo(before.operations + OPERATIONS_SLACK);
    assertThat(heapBytes).as("bytes of heap").isLessThan(before.heapBytes + HEAP_SLACK);
  }

  private static String quotas(Client client) {
    Range room = client.memory().whole().first(CapabilityStatus.SIZE);
    byte[] kept = client.memory().bytes(room);
    CompletionAssert.assertThat(client.run(client.query(0, room))).succeeded();
    var segment = client.segment();
    long at = client.memory().offsetOf(room.address());
    String left =
        "capabilities "
            + CapabilityStatus.capabilitiesLeft(segment, at)
            + ", operations "
            + CapabilityStatus.operationsLeft(segment, at)
            + ", registered "
            + CapabilityStatus.registeredBytesLeft(segment, at)
            + ", arena "
            + CapabilityStatus.arenaBytesLeft(segment, at)
            + ", rings "
            + CapabilityStatus.ringsLeft(segment, at);
    client.memory().put(room, kept);
    return left;
  }

  /** Live bytes of the heap; collects garbage. */
  static long liveHeapBytes() {
    instances(OPERATION);
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  static long openDescriptors() {
    Path open = Path.of("/proc/self/fd");
    if (!Files.isDirectory(open)) {
      return 0;
    }
    try (Stream<Path> each = Files.list(open)) {
      return each.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long sharedMappings() {
    Path maps = Path.of("/proc/self/maps");
    if (!Files.isReadable(maps)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(maps)) {
      return lines.filter(line -> line.contains("io_uring") || line.contains("/dev/zero")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long directMemory() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  /** Live objects of a class; collects garbage. */
  static long instances(String className) {
    try {
      Object histogram =
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "gcClassHistogram",
                  new Object[] {new String[0]},
                  new String[] {String[].class.getName()});
      Matcher row =
          Pattern.compile("\\s(\\d+)\\s+\\d+\\s+" + Pattern.quote(className) + "(\\s|$)")
              .matcher(histogram.toString());
      return row.find() ? Long.parseLong(row.group(1)) : 0;
    } catch (JMException e) {
      throw new AssertionError("this virtual machine cannot count its objects", e);
    }
  }
}
