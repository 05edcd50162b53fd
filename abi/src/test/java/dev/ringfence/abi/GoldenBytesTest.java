// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * What the writers produce, byte for byte. The expected bytes are in {@code golden/*.hex}, written
 * by hand from the specification, so that clients in other languages can read the same files.
 */
class GoldenBytesTest {

  @Test
  void aSubmissionEntry() throws IOException {
    assertGolden(
        "sqe",
        SubmissionEntry.SIZE,
        segment ->
            SubmissionEntry.write(
                segment,
                0,
                OpCode.READ.code(),
                SubmissionFlags.FIXED_BUFFER | SubmissionFlags.SKIP_SUCCESS,
                0xA1A2A3A4,
                0x1122334455667788L,
                0x200000004000L,
                0xB1B2B3B4,
                0xC1C2C3C4C5C6C7C8L,
                SubmissionEntry.CURRENT_POSITION,
                0xD1D2D3D4D5D6D7D8L));
  }

  @Test
  void aCompletionEntry() throws IOException {
    assertGolden(
        "cqe",
        CompletionEntry.SIZE,
        segment ->
            CompletionEntry.write(
                segment,
                0,
                0xC1C2C3C4C5C6C7C8L,
                SyscallError.PERMISSION_DENIED.result(),
                CompletionFlags.VALUE,
                Rights.WRITE | Rights.NET_SEND));
  }

  @Test
  void aRingHeader() throws IOException {
    assertGolden(
        "ring_header",
        RingHeader.SIZE,
        segment -> {
          RingHeader.setHeadRelease(segment, 0, -2);
          RingHeader.setTailRelease(segment, 0, 3);
          RingHeader.setRingMask(segment, 0, 255);
          RingHeader.setRingEntries(segment, 0, 256);
          RingHeader.setFlags(segment, 0, RingHeader.FLAG_POISONED);
          RingHeader.setDropped(segment, 0, 7);
          RingHeader.setFeatures(
              segment, 0, Features.CAPABILITY | Features.TYPED_RESULT | Features.SQPOLL);
          RingHeader.setEntriesOffset(segment, 0, RingContext.SQ_ENTRIES_OFFSET);
          RingHeader.setWaitFor(segment, 0, 32);
          RingHeader.setMagic(segment, 0, RingHeader.MAGIC_VALUE);
          RingHeader.setVersion(segment, 0, RingHeader.VERSION_VALUE);
          RingHeader.setArenaOffset(segment, 0, -0x10000);
          RingHeader.setArenaSize(segment, 0, 0x2000000);
        });
  }

  @Test
  void theStartOfAnInfoPage() throws IOException {
    assertGolden(
        "info",
        InfoPage.SIZE,
        segment -> {
          InfoPage.initialize(segment, 0);
          InfoPage.addRow(
              segment, 0, 0x1122334455667788L, Rights.READ_ONLY, CapabilityType.FILE.code(), "é");
        });
  }

  @Test
  void aDirectoryEntry() throws IOException {
    assertGolden(
        "dirent",
        DirectoryEntry.sizeFor(9),
        segment ->
            DirectoryEntry.write(
                segment,
                0,
                0x0102030405060708L,
                FileStatus.KIND_DIRECTORY,
                "Ringfence".getBytes(StandardCharsets.UTF_8)));
  }

  private static void assertGolden(String name, int size, Consumer<MemorySegment> writer)
      throws IOException {
    try (Arena arena = Arena.ofConfined();
        InputStream file = GoldenBytesTest.class.getResourceAsStream("/golden/" + name + ".hex")) {
      MemorySegment segment = arena.allocate(size, 64).fill((byte) 0);
      writer.accept(segment);
      String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      byte[] start = HexFormat.of().parseHex(text.replaceAll("#[^\n]*|\\s", ""));
      byte[] expected = new byte[size];
      System.arraycopy(start, 0, expected, 0, start.length);
      assertThat(segment.toArray(ValueLayout.JAVA_BYTE)).asHexString().isEqualTo(hex(expected));
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().withUpperCase().formatHex(bytes);
  }
}
