// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.AllocateFlags;
import dev.ringfence.abi.AttributeFlags;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.SyncRangeFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Goal: operations on ranges, attributes and second names do the same on every ground. */
class FileRangesTest {

  private Ground.Root root;
  private Rig rig;
  private Resource directory;

  private void open(Ground ground) throws IOException {
    root = ground.newRoot();
    rig = new Rig(ground.openEngine());
    directory = rig.grant(root.path());
  }

  @AfterEach
  void close() throws IOException {
    rig.close();
    root.close();
  }

  private Resource file(String name, String content) throws IOException {
    Files.writeString(root.path().resolve(name), content);
    return rig.opened(directory, name, 0, Rig.READ | Rig.WRITE);
  }

  private String content(String name) throws IOException {
    return Files.readString(root.path().resolve(name));
  }

  private Rig.Op range(OpCode code, Resource file, long offset, long bytes, int flags) {
    Rig.Op op = rig.op(code, file);
    op.offset = offset;
    op.rangeBytes = bytes;
    op.flags = flags;
    return rig.run(op);
  }

  private Rig.Op allocate(Resource file, long offset, long bytes, int flags) {
    return range(OpCode.ALLOCATE, file, offset, bytes, flags);
  }

  @ParameterizedTest
  @EnumSource
  void allocatingGrowsTheFileUnlessItsSizeIsKept(Ground ground) throws IOException {
    open(ground);
    Resource file = file("file", "abc");
    assertThat(allocate(file, 0, 100, AllocateFlags.KEEP_SIZE).result).isZero();
    assertThat(content("file")).isEqualTo("abc");
    assertThat(allocate(file, 4, 2, 0).result).isZero();
    assertThat(content("file")).isEqualTo("abc\0\0\0");
    assertThat(allocate(file, 0, 2, 0).result).isZero();
    assertThat(content("file")).as("within the size").isEqualTo("abc\0\0\0");
    assertThat(allocate(file, Long.MAX_VALUE, 1, 0).error())
        .isEqualTo(SyscallError.INVALID_ARGUMENT);
  }

  @ParameterizedTest
  @EnumSource
  void zeroedRangesReadAsZerosAndTheRestStays(Ground ground) throws IOException {
    open(ground);
    Resource file = file("file", "0123456789");
    assertThat(allocate(file, 2, 3, AllocateFlags.PUNCH_HOLE | AllocateFlags.KEEP_SIZE).result)
        .isZero();
    assertThat(content("file")).isEqualTo("01\0\0\0" + "56789");
    assertThat(allocate(file, 8, 50, AllocateFlags.PUNCH_HOLE | AllocateFlags.KEEP_SIZE).result)
        .isZero();
    assertThat(content("file")).isEqualTo("01\0\0\0" + "567\0\0");
    assertThat(allocate(file, 7, 50, AllocateFlags.ZERO_RANGE | AllocateFlags.KEEP_SIZE).result)
        .isZero();
    assertThat(content("file")).isEqualTo("01\0\0\0" + "56\0\0\0");
    assertThat(allocate(file, 9, 3, AllocateFlags.ZERO_RANGE).result).isZero();
    assertThat(content("file")).isEqualTo("01\0\0\0" + "56\0\0\0\0\0");
    assertThat(allocate(file, 40, 3, AllocateFlags.ZERO_RANGE | AllocateFlags.KEEP_SIZE).result)
        .isZero();
    assertThat(content("file")).hasSize(12);
  }

  @ParameterizedTest
  @EnumSource
  void aFileThatAppendsIsZeroedInItsPlace(Ground ground) throws IOException {
    open(ground);
    Files.writeString(root.path().resolve("log"), "0123456789");
    Resource log = rig.opened(directory, "log", OpenFlags.APPEND, Rig.WRITE);
    assertThat(allocate(log, 1, 2, AllocateFlags.ZERO_RANGE).result).isZero();
    assertThat(content("log")).isEqualTo("0\0\0" + "3456789");
    rig.write(log, 0, "!");
    assertThat(content("log")).isEqualTo("0\0\0" + "3456789!");
  }

  @ParameterizedTest
  @EnumSource
  void rangesAreCopiedBetweenFiles(Ground ground) throws IOException {
    open(ground);
    Resource source = file("source", "0123456789");
    Resource target = file("target", "abcdef");
    assertThat(copy(source, 3, target, 1, 4).result).isEqualTo(4);
    assertThat(content("target")).isEqualTo("a3456f");
    assertThat(copy(source, 8, target, 6, 100).result).as("to the end").isEqualTo(2);
    assertThat(content("target")).isEqualTo("a3456f89");
    assertThat(copy(source, 10, target, 0, 100).result).isZero();
    Resource large = file("large", "x".repeat(300_000) + "end");
    assertThat(copy(large, 0, target, 0, 1 << 20).result).isEqualTo(300_003);
    assertThat(content("target")).isEqualTo(content("large"));
  }

  private Rig.Op copy(Resource from, long offset, Resource to, long secondOffset, int length) {
    Rig.Op op = rig.op(OpCode.COPY_RANGE, from);
    op.secondResource = to;
    op.offset = offset;
    op.secondOffset = secondOffset;
    op.length = length;
    return rig.run(op);
  }

  @ParameterizedTest
  @EnumSource
  void adviceAndSyncChangeNothing(Ground ground) throws IOException {
    open(ground);
    Resource file = file("file", "abc");
    assertThat(range(OpCode.ADVISE, file, 0, 0, 3).result).isZero();
    assertThat(range(OpCode.SYNC_RANGE, file, 0, 0, SyncRangeFlags.WRITE).result).isZero();
    assertThat(content("file")).isEqualTo("abc");
  }

  private Rig.Op attributes(Resource resource, String path, int mask) {
    Rig.Op op = path.isEmpty() ? rig.op(OpCode.SET_ATTRIBUTES, resource) : pathOp(resource, path);
    op.flags = mask;
    op.mode = 0640;
    op.offset = TimeUnit.SECONDS.toNanos(1_000_000);
    op.secondOffset = TimeUnit.SECONDS.toNanos(2_000_000);
    return rig.run(op);
  }

  private Rig.Op pathOp(Resource resource, String path) {
    return rig.op(OpCode.SET_ATTRIBUTES, resource, path);
  }

  private long modified(String name) throws IOException {
    return Files.getLastModifiedTime(root.path().resolve(name)).to(TimeUnit.SECONDS);
  }

  private long accessed(String name) throws IOException {
    return ((java.nio.file.attribute.FileTime)
            Files.getAttribute(root.path().resolve(name), "basic:lastAccessTime"))
        .to(TimeUnit.SECONDS);
  }

  private String mode(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(root.path().resolve(name)));
  }

  @ParameterizedTest
  @EnumSource
  void attributesAreSetOneByOne(Ground ground) throws IOException {
    open(ground);
    Resource file = file("file", "abc");
    assertThat(attributes(file, "", AttributeFlags.MODIFIED).result).isZero();
    assertThat(modified("file")).isEqualTo(1_000_000);
    assertThat(attributes(directory, "file", AttributeFlags.ACCESSED).result).isZero();
    assertThat(accessed("file")).isEqualTo(2_000_000);
    assertThat(modified("file")).as("left alone").isEqualTo(1_000_000);
    assertThat(attributes(directory, "file", AttributeFlags.MODE).result).isZero();
    assertThat(mode("file")).isEqualTo("rw-r-----");
    int now = AttributeFlags.MODIFIED_NOW | AttributeFlags.ACCESSED_NOW;
    assertThat(attributes(file, "", now).result).isZero();
    assertThat(modified("file")).isGreaterThan(1_700_000_000);
    assertThat(accessed("file")).isGreaterThan(1_700_000_000);
    assertThat(attributes(directory, "", AttributeFlags.MODE).result).isZero();
    assertThat(mode(".")).isEqualTo("rw-r-----");
  }

  @ParameterizedTest
  @EnumSource
  void attributesAreThoseOfWhatALinkLeadsToAndNothingOutside(Ground ground) throws IOException {
    open(ground);
    file("file", "abc");
    Path outside = Files.createFile(root.path().resolveSibling("outside-" + System.nanoTime()));
    try {
      Files.createSymbolicLink(
          root.path().resolve("link"), root.path().getFileSystem().getPath("file"));
      Files.createSymbolicLink(root.path().resolve("out"), outside);
      assertThat(attributes(directory, "link", AttributeFlags.MODIFIED).result).isZero();
      assertThat(modified("file")).isEqualTo(1_000_000);
      assertThat(attributes(directory, "out", AttributeFlags.MODIFIED).error())
          .isEqualTo(SyscallError.PERMISSION_DENIED);
      assertThat(attributes(directory, "nothing", AttributeFlags.MODIFIED).error())
          .isEqualTo(SyscallError.NOT_FOUND);
    } finally {
      Files.delete(outside);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFileGetsASecondName(Ground ground) throws IOException {
    open(ground);
    file("file", "abc");
    Files.createDirectory(root.path().resolve("sub"));
    Files.createSymbolicLink(root.path().resolve("out"), root.path().resolveSibling("elsewhere"));
    assertThat(link("file", "sub/second").result).isZero();
    assertThat(content("sub/second")).isEqualTo("abc");
    Files.writeString(root.path().resolve("sub/second"), "changed");
    assertThat(content("file")).isEqualTo("changed");
    assertThat(link("file", "sub/second").error()).isEqualTo(SyscallError.ALREADY_EXISTS);
    assertThat(link("sub", "third").error()).isEqualTo(SyscallError.IS_A_DIRECTORY);
    assertThat(link("nothing", "third").error()).isEqualTo(SyscallError.NOT_FOUND);
    assertThat(link("file/", "third").error()).isEqualTo(SyscallError.NOT_A_DIRECTORY);
    assertThat(link("../x", "third").error()).isEqualTo(SyscallError.PERMISSION_DENIED);
    assertThat(link("file", "out/third").error()).isEqualTo(SyscallError.PERMISSION_DENIED);
  }

  @ParameterizedTest
  @EnumSource
  void aSymbolicLinkIsLinkedItselfOrNotAtAll(Ground ground) throws IOException {
    open(ground);
    file("file", "abc");
    Path text = root.path().getFileSystem().getPath("file");
    Files.createSymbolicLink(root.path().resolve("link"), text);
    Rig.Op linked = link("link", "second");
    Path second = root.path().resolve("second");
    if (linked.result == 0) {
      assertThat(Files.isSymbolicLink(second)).isTrue();
      assertThat(Files.readSymbolicLink(second)).isEqualTo(text);
    } else {
      assertThat(linked.error()).isEqualTo(SyscallError.NOT_IMPLEMENTED);
      assertThat(Files.exists(second, LinkOption.NOFOLLOW_LINKS)).isFalse();
    }
  }

  private Rig.Op link(String from, String to) {
    return rig.twoPathOp(OpCode.LINK, directory, from, to, 0);
  }
}
