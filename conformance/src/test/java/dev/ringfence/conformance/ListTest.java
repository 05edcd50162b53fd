// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.FileStatus;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** LIST: every name once, from any cookie, with any buffer. */
class ListTest extends Conformance {

  private Set<String> files(int count) {
    Set<String> names = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      String name = "file" + i;
      file(name, "");
      names.add(name);
    }
    return names;
  }

  /** All records from a cookie on, with a buffer of this size. */
  private List<Inspection.Listed> listFrom(long directory, long first, int size) {
    Range room = room(size);
    List<Inspection.Listed> all = new ArrayList<>();
    long cookie = first;
    for (; ; ) {
      Completion done = client.run(client.list(directory, room, cookie));
      cookie = done.value();
      if (done.result() == 0) {
        return all;
      }
      List<Inspection.Listed> some = Inspection.records(client, room, done.result());
      assertThat(some).isNotEmpty();
      assertThat(some.getLast().cookie()).isEqualTo(cookie);
      all.addAll(some);
    }
  }

  private static List<String> names(List<Inspection.Listed> records) {
    return records.stream().map(Inspection.Listed::name).toList();
  }

  @Test
  void everyNameIsListedWithItsKind() {
    file("file", "x");
    directory("d");
    link("link", "nowhere");
    assertThat(
            listFrom(root, 0, 4096).stream()
                .collect(Collectors.toMap(Inspection.Listed::name, Inspection.Listed::kind)))
        .containsOnly(
            java.util.Map.entry("file", FileStatus.KIND_FILE),
            java.util.Map.entry("d", FileStatus.KIND_DIRECTORY),
            java.util.Map.entry("link", FileStatus.KIND_SYMLINK));
  }

  @Test
  void anEmptyDirectoryHasNoRecords() {
    Completion done = client.run(client.list(root, room(512), 0));
    assertThat(done).succeededWith(0);
    done.value();
  }

  @ParameterizedTest
  @ValueSource(ints = {272, 280, 512, 4096, 1 << 20})
  void eachNameComesOnceWithAnyBuffer(int size) {
    Set<String> expected = files(300);
    assertThat(names(listFrom(root, 0, size))).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void aHugeDirectoryIsListedWhole() {
    Set<String> expected = files(5000);
    assertThat(names(listFrom(root, 0, 64 << 10))).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void everyCookieGoesOnAfterItsRecord() {
    files(40);
    List<Inspection.Listed> all = listFrom(root, 0, 4096);
    List<String> names = names(all);
    for (int i = 0; i < all.size(); i += 7) {
      assertThat(names(listFrom(root, all.get(i).cookie(), 4096)))
          .isEqualTo(names.subList(i + 1, names.size()));
    }
    assertThat(names(listFrom(root, 0, 4096))).isEqualTo(names);
  }

  @Test
  void twoListingsDoNotDisturbEachOther() {
    Set<String> expected = files(60);
    Range first = room(512);
    Range second = room(512);
    List<String> one = new ArrayList<>();
    List<String> two = new ArrayList<>();
    long cookieOne = 0;
    long cookieTwo = 0;
    for (boolean more = true; more; ) {
      Completion a = client.run(client.list(root, first, cookieOne));
      one.addAll(names(Inspection.records(client, first, a.result())));
      cookieOne = a.value();
      Completion b = client.run(client.list(root, second.first(300), cookieTwo));
      two.addAll(names(Inspection.records(client, second, b.result())));
      cookieTwo = b.value();
      more = a.result() != 0 || b.result() != 0;
    }
    assertThat(one).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(two).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void whatStaysWhileOthersComeAndGoIsListedOnce() throws IOException {
    Set<String> expected = files(200);
    for (int i = 0; i < 50; i++) {
      file("going" + i, "");
    }
    Range room = room(512);
    List<String> seen = new ArrayList<>();
    long cookie = 0;
    for (int round = 0; ; round++) {
      Completion done = client.run(client.list(root, room, cookie));
      if (done.result() == 0) {
        break;
      }
      seen.addAll(names(Inspection.records(client, room, done.result())));
      cookie = done.value();
      file("coming" + round, "");
      if (round < 50) {
        Files.delete(tree.resolve("going" + round));
      }
    }
    assertThat(seen).doesNotHaveDuplicates().containsAll(expected);
  }

  @Test
  void aBufferTooSmallForTheNextRecordIsRefused() {
    file("n".repeat(255), "");
    for (int size : new int[] {0, 8, 264}) {
      assertThat(client.run(client.list(root, room(512).first(size), 0)))
          .as("%d bytes", size)
          .failedWith(SyscallError.INVALID_ARGUMENT);
    }
    assertThat(client.run(client.list(root, room(512).first(272), 0))).succeededWith(272);
  }

  @Test
  void namesThatAreNotUtf8AreShownAsTheyAre() throws IOException {
    file("seen", "");
    Path odd = Path.of(URI.create("file://" + tree + "/%FFodd"));
    try {
      Files.createFile(odd);
    } catch (IOException e) {
      org.junit.jupiter.api.Assumptions.abort("the host has no such names");
    }
    file("ünïcode-名前", "");
    try {
      assertThat(names(listFrom(root, 0, 4096)))
          .containsExactlyInAnyOrder("seen", "ünïcode-名前", "\ufffdodd");
    } finally {
      Files.delete(odd);
    }
  }

  @Test
  void recordsAreWellFormed() {
    file("a", "");
    file("12345678", "");
    Range room = room(512);
    client.memory().fill(room, 0x55);
    Completion done = client.run(client.list(root, room, 0));
    long base = Inspection.at(client, room);
    int records = 0;
    for (long at = base; at < base + done.result(); ) {
      int size = dev.ringfence.abi.DirectoryEntry.recordSize(client.segment(), at);
      int length = dev.ringfence.abi.DirectoryEntry.nameLength(client.segment(), at);
      assertThat(size).isEqualTo((16 + length + 7) & -8);
      for (int i = 16 + length; i < size; i++) {
        assertThat(client.segment().get(java.lang.foreign.ValueLayout.JAVA_BYTE, at + i)).isZero();
      }
      at += size;
      records++;
    }
    assertThat(records).isEqualTo(2);
    assertThat(client.memory().bytes(room.from(done.result()))).containsOnly(0x55);
  }

  @Test
  void whereRecordsGoIsChecked() {
    Range room = room(1024);
    assertThat(client.run(client.list(root, new Range(room.address() + 4, 512), 0)))
        .failedWith(SyscallError.NOT_ALIGNED);
    assertThat(client.run(client.list(root, new Range(client.memory().end() - 256, 512), 0)))
        .failedWith(SyscallError.INVALID_ADDRESS);
  }

  @Test
  void aCookieThatWasNeverGivenHarmsNothing() {
    files(5);
    for (long cookie : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 12_345, 1L << 40}) {
      Completion done = client.run(client.list(root, room(512), cookie));
      if (done.result() < 0) {
        assertThat(done).failedWith(SyscallError.INVALID_ARGUMENT);
      }
    }
    assertThat(listFrom(root, 0, 512)).hasSize(5);
  }

  @Test
  void aFileHasNoNames() {
    assertThat(client.run(client.list(fileWith("x", Rights.READ), room(512), 0)))
        .failedWith(SyscallError.WRONG_CAPABILITY_TYPE);
  }
}
