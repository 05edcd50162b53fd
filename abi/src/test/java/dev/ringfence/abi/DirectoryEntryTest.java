// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DirectoryEntryTest {

  private final MemorySegment memory = Arena.ofAuto().allocate(4096, 8).fill((byte) 0x55);

  @Test
  void recordsFollowEachOtherAlignedWhateverTheNames() {
    int end = 0;
    for (int length = 1; length <= DirectoryEntry.NAME_MAX; length += 31) {
      byte[] name = new byte[length];
      Arrays.fill(name, (byte) 0xFF);
      end += DirectoryEntry.write(memory, end, length, FileStatus.KIND_FILE, name);
    }
    List<Integer> lengths = new ArrayList<>();
    for (long at = 0; at < end; at += DirectoryEntry.recordSize(memory, at)) {
      assertThat(at % 8).isZero();
      assertThat(DirectoryEntry.cookie(memory, at))
          .isEqualTo(DirectoryEntry.name(memory, at).length);
      assertThat(DirectoryEntry.name(memory, at)).containsOnly(0xFF);
      lengths.add(DirectoryEntry.nameLength(memory, at));
    }
    assertThat(lengths).containsExactly(1, 32, 63, 94, 125, 156, 187, 218, 249);
  }

  @Test
  void theLongestNameNeeds272Bytes() {
    assertThat(DirectoryEntry.sizeFor(DirectoryEntry.NAME_MAX)).isEqualTo(272);
  }

  @Test
  void whatIsAfterTheNameIsZeroAndWhatIsAfterTheRecordUntouched() {
    int size = DirectoryEntry.write(memory, 0, 1, FileStatus.KIND_OTHER, new byte[] {'a'});
    assertThat(size).isEqualTo(24);
    for (int i = 17; i < size; i++) {
      assertThat(memory.get(ValueLayout.JAVA_BYTE, i)).isZero();
    }
    assertThat(memory.get(ValueLayout.JAVA_BYTE, size)).isEqualTo((byte) 0x55);
  }
}
