// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The C snippets of {@code docs/abi.md} work: on a ring that Java laid out, whose indices are about
 * to wrap, they find a capability, push until the queue is full, publish, and reap what Java
 * posted.
 */
class AbiPageSnippetTest {

  private static final int SQ_ENTRIES = 4;
  private static final int CQ_ENTRIES = 8;
  private static final int FIRST_INDEX = -2;
  private static final long SIZE = RingContext.sizeOf(SQ_ENTRIES, CQ_ENTRIES);
  private static final long SQ = RingContext.SQ_HEADER_OFFSET;
  private static final long CQ = RingContext.CQ_HEADER_OFFSET;
  private static final long CAPABILITY = 0x1122334455667788L;

  private static final String MAIN =
      """
      #include <stdio.h>
      #include <stdlib.h>

      int main(void) {
        const size_t size = RING_SIZE;
        char *memory = (char *)aligned_alloc(RF_PAGE_SIZE, size);
        FILE *file = fopen("ring.bin", "r+b");
        if (!memory || !file || fread(memory, 1, size, file) != size) {
          return 1;
        }
        struct ring ring;
        ring.base = memory;
        ring.sq_tail = ring_sq(&ring)->tail;
        ring.cq_head = ring_cq(&ring)->head;

        printf("absent %llu\\n", (unsigned long long)find_capability(memory, "dat", 3));
        const uint64_t id = find_capability(memory, "data", 4);
        int pushed = 0;
        struct rf_sqe entry = {RF_OP_READ, 0, 0, 0, id, 0, 4096, 0, 0, {0, 0}, 0};
        for (entry.user_data = 100; ring_push(&ring, &entry) == 0; entry.user_data++) {
          pushed++;
        }
        printf("pushed %d, then %d\\n", pushed, ring_push(&ring, &entry));
        printf("submitted %lld\\n", (long long)ring_submit(&ring));
        struct rf_cqe completion;
        while (ring_reap(&ring, &completion)) {
          printf("reaped %llu: %d\\n", (unsigned long long)completion.user_data,
                 (int)completion.result);
        }
        rewind(file);
        return fwrite(memory, 1, size, file) != size || fclose(file) != 0;
      }
      """;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void snippetsWorkOnARingThatJavaLaidOut(CCompiler compiler) throws IOException {
    assumeTrue(
        System.getProperty("os.arch").equals("amd64"),
        "the page's snippets make x86-64 system calls: they were NOT compiled on this machine");
    Files.writeString(directory.resolve("ringfence_abi.h"), CHeader.render());
    Files.writeString(
        directory.resolve("snippets.c"),
        "#include \"ringfence_abi.h\"\n#define RING_SIZE "
            + SIZE
            + "\n"
            + new AbiPage().snippets()
            + MAIN);
    compiler.compile(directory, "snippets");

    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ring = arena.allocate(SIZE, RingContext.PAGE_SIZE);
      layOut(ring);
      Path file = directory.resolve("ring.bin");
      Files.write(file, ring.toArray(ValueLayout.JAVA_BYTE));
      assertThat(CCompiler.run(directory, directory.resolve("snippets").toString()))
          .isEqualTo(
              """
              absent 0
              pushed 4, then -10
              submitted 0
              reaped 1: 4096
              reaped 2: -512
              reaped 3: 0
              """);
      MemorySegment.copy(
          MemorySegment.ofArray(Files.readAllBytes(file)), 0, ring, 0, ring.byteSize());
      assertPublished(ring);
    }
  }

  private static void layOut(MemorySegment ring) {
    layOutHeader(ring, SQ, SQ_ENTRIES, RingContext.SQ_ENTRIES_OFFSET);
    layOutHeader(ring, CQ, CQ_ENTRIES, RingContext.cqEntriesOffset(SQ_ENTRIES));
    InfoPage.initialize(ring, RingContext.INFO_OFFSET);
    InfoPage.addRow(ring, RingContext.INFO_OFFSET, 7, Rights.ALL, 1, "database");
    InfoPage.addRow(ring, RingContext.INFO_OFFSET, CAPABILITY, Rights.READ, 1, "data");
    int[] results = {4096, SyscallError.INVALID_HANDLE.result(), 0};
    for (int i = 0; i < results.length; i++) {
      int index = (FIRST_INDEX + i) & (CQ_ENTRIES - 1);
      long entry = RingContext.cqEntriesOffset(SQ_ENTRIES) + (long) index * CompletionEntry.SIZE;
      CompletionEntry.write(ring, entry, i + 1, results[i], 0, 0);
    }
    RingHeader.setTailRelease(ring, CQ, FIRST_INDEX + results.length);
  }

  private static void layOutHeader(MemorySegment ring, long header, int entries, long offset) {
    RingHeader.setHead(ring, header, FIRST_INDEX);
    RingHeader.setTail(ring, header, FIRST_INDEX);
    RingHeader.setRingMask(ring, header, entries - 1);
    RingHeader.setRingEntries(ring, header, entries);
    RingHeader.setFeatures(ring, header, Features.SQPOLL);
    RingHeader.setEntriesOffset(ring, header, (int) offset);
  }

  private static void assertPublished(MemorySegment ring) {
    assertThat(RingHeader.tailAcquire(ring, SQ)).isEqualTo(FIRST_INDEX + SQ_ENTRIES);
    assertThat(RingHeader.headAcquire(ring, CQ)).isEqualTo(FIRST_INDEX + 3);
    for (int i = 0; i < SQ_ENTRIES; i++) {
      int index = (FIRST_INDEX + i) & (SQ_ENTRIES - 1);
      long entry = RingContext.SQ_ENTRIES_OFFSET + (long) index * SubmissionEntry.SIZE;
      assertThat(SubmissionEntry.opcode(ring, entry)).isEqualTo(OpCode.READ.code());
      assertThat(SubmissionEntry.capabilityId(ring, entry)).isEqualTo(CAPABILITY);
      assertThat(SubmissionEntry.len(ring, entry)).isEqualTo(4096);
      assertThat(SubmissionEntry.userData(ring, entry)).isEqualTo(100 + i);
    }
  }
}
