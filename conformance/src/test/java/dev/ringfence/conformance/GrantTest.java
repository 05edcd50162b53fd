// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.InfoPage;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.Domain;
import dev.ringfence.kernel.DomainBuilder;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a domain holds when it begins, and how it learns of it. */
class GrantTest extends Conformance {

  private DomainBuilder builder() {
    return kernel.domain("granted").quotas(QUOTAS);
  }

  private Client clientOf(DomainBuilder builder) {
    return Client.setUp(opened(builder), 4, ringFlags());
  }

  private static void assertRefused(SyscallError error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SyscallException.class, e -> assertThat(e.error()).isEqualTo(error));
  }

  private static int rowOf(Client program, String petname) {
    int row = 0;
    while (!InfoPage.name(program.segment(), program.infoPage(), row).equals(petname)) {
      row++;
    }
    return row;
  }

  @Test
  void theInfoPageListsEveryGrantWithItsTypeAndRights() {
    file("one", "1");
    Client program =
        clientOf(
            builder()
                .directory("data", tree, Rights.READ_ONLY)
                .file("one", tree.resolve("one"), Rights.READ | Rights.STAT));
    long page = program.infoPage();
    assertThat(InfoPage.magic(program.segment(), page)).isEqualTo(InfoPage.MAGIC_VALUE);
    assertThat(InfoPage.version(program.segment(), page)).isEqualTo(InfoPage.VERSION_VALUE);
    assertThat(InfoPage.rowSize(program.segment(), page)).isEqualTo(InfoPage.ROW_SIZE);
    assertThat(InfoPage.count(program.segment(), page)).isEqualTo(2);
    int data = rowOf(program, "data");
    assertThat(InfoPage.type(program.segment(), page, data))
        .isEqualTo(CapabilityType.DIRECTORY.code());
    assertThat(InfoPage.rights(program.segment(), page, data)).isEqualTo(Rights.READ_ONLY);
    int one = rowOf(program, "one");
    assertThat(InfoPage.type(program.segment(), page, one)).isEqualTo(CapabilityType.FILE.code());
    assertThat(InfoPage.rights(program.segment(), page, one)).isEqualTo(Rights.READ | Rights.STAT);
  }

  @Test
  void aGrantCarriesNoRightThatDoesNotApplyToItsType() {
    long page = client.infoPage();
    assertThat(InfoPage.rights(client.segment(), page, rowOf(client, "root")))
        .isEqualTo(CapabilityType.DIRECTORY.applicableRights());
    assertThat(InfoPage.rights(client.segment(), page, rowOf(client, "source")))
        .isEqualTo(CapabilityType.PIPE.applicableRights());
  }

  @Test
  void idsAreDistinctAndNeverLookLikeAnError() {
    Set<Long> ids = new TreeSet<>();
    for (int row = 0; row < InfoPage.count(client.segment(), client.infoPage()); row++) {
      ids.add(InfoPage.capabilityId(client.segment(), client.infoPage(), row));
    }
    assertThat(ids).hasSize(3).allMatch(id -> id > 0);
  }

  @Test
  void theInfoPageTellsNoPathOfTheHost() {
    byte[] page =
        client.segment().asSlice(client.infoPage(), InfoPage.SIZE).toArray(ValueLayout.JAVA_BYTE);
    assertThat(new String(page, StandardCharsets.ISO_8859_1))
        .doesNotContain(tree.getFileName().toString(), tree.toString());
  }

  @Test
  void theSameGrantHasAnotherIdInAnotherDomain() {
    Domain second = opened(QUOTAS);
    Client program = Client.setUp(second, 4, ringFlags());
    assertThat(program.grant("root")).isNotEqualTo(root);
    assertThat(program.dup(root, 0)).isEqualTo(SyscallError.INVALID_HANDLE.result());
  }

  @Test
  void aDomainWithoutGrantsHasAnEmptyInfoPage() {
    Client program = clientOf(builder());
    assertThat(InfoPage.count(program.segment(), program.infoPage())).isZero();
  }

  @Test
  void aDomainBeginsWithAtMost63Grants() {
    DomainBuilder builder = builder();
    for (int i = 0; i < InfoPage.ROWS_MAX; i++) {
      builder.directory("d" + i, tree, Rights.READ_ONLY);
    }
    assertRefused(
        SyscallError.QUOTA_EXCEEDED, () -> builder.directory("last", tree, Rights.READ_ONLY));
    Client program = clientOf(builder);
    assertThat(InfoPage.count(program.segment(), program.infoPage())).isEqualTo(63);
    assertThat(program.grant("d62")).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a/b", "a b", "ü", "..\n", "12345678901234567890123456789012345678901"})
  void aPetnameOutsideItsAlphabetIsRefused(String petname) {
    assertRefused(
        SyscallError.INVALID_ARGUMENT, () -> builder().directory(petname, tree, Rights.READ_ONLY));
  }

  @Test
  void twoGrantsOfOneNameAreRefused() {
    DomainBuilder builder = builder().directory("same", tree, Rights.READ_ONLY);
    assertRefused(
        SyscallError.ALREADY_EXISTS, () -> builder.directory("same", tree, Rights.READ_ONLY));
  }

  @Test
  void unknownRightsAreRefused() {
    assertRefused(SyscallError.INVALID_ARGUMENT, () -> builder().directory("data", tree, 1L << 40));
  }

  @Test
  void aMissingPathIsNotFound() {
    assertRefused(
        SyscallError.NOT_FOUND,
        () -> opened(builder().directory("data", tree.resolve("missing"), Rights.READ_ONLY)));
    assertRefused(
        SyscallError.NOT_FOUND,
        () -> opened(builder().file("data", tree.resolve("missing"), Rights.READ)));
  }

  @Test
  void aFileIsNoDirectoryAndADirectoryNoFile() {
    Path file = file("file", "x");
    assertRefused(
        SyscallError.NOT_A_DIRECTORY,
        () -> opened(builder().directory("data", file, Rights.READ_ONLY)));
    assertRefused(
        SyscallError.IS_A_DIRECTORY, () -> opened(builder().file("data", tree, Rights.READ)));
  }

  @Test
  void aFileGrantWithCreateMakesTheFile() {
    Client program =
        clientOf(builder().file("made", tree.resolve("made"), Rights.WRITE | Rights.CREATE));
    CompletionAssert.assertThat(program.run(program.write(program.grant("made"), "hello")))
        .succeededWith(5);
    assertThat(content("made")).isEqualTo("hello");
  }

  @Test
  void aFileGrantLeavesTheContentAsItWas() {
    file("file", "0123456789");
    Client program = clientOf(builder().file("f", tree.resolve("file"), Rights.READ_WRITE));
    Range room = program.memory().take(16);
    CompletionAssert.assertThat(program.run(program.read(program.grant("f"), room)))
        .succeededWith(10);
    assertThat(program.memory().text(room.first(10))).isEqualTo("0123456789");
  }

  @Test
  void aPipeEndIsGrantedOnce() {
    dev.ringfence.kernel.Kernel.Pipe pipe = kernel.pipe();
    opened(builder().pipe("end", pipe.source(), Rights.READ));
    assertRefused(
        SyscallError.INVALID_STATE,
        () -> opened(builder().pipe("end", pipe.source(), Rights.READ)));
    pipe.sink().close();
  }

  @Test
  void grantsBeyondTheCapabilityQuotaAreRefused() {
    assertRefused(
        SyscallError.QUOTA_EXCEEDED,
        () ->
            opened(
                builder()
                    .quotas(QUOTAS.withCapabilitiesMax(1))
                    .directory("a", tree, Rights.READ_ONLY)
                    .directory("b", tree, Rights.READ_ONLY)));
  }

  @Test
  void pseudoFileSystemsAreNotGranted() {
    for (String place : new String[] {"/proc", "/proc/self", "/sys", "/dev/pts"}) {
      Path path = Path.of(place);
      if (Files.isDirectory(path)) {
        assertRefused(
            SyscallError.PERMISSION_DENIED,
            () -> opened(builder().directory("data", path, Rights.READ_ONLY)));
      }
    }
    Path environment = Path.of("/proc/self/environ");
    if (Files.exists(environment)) {
      assertRefused(
          SyscallError.PERMISSION_DENIED,
          () -> opened(builder().file("data", environment, Rights.READ)));
    }
  }
}
