// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading, writing, sizing and listing what is open. */
class FileCallsTest {

  @TempDir Path temporary;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = arena.allocate(4096, 8);
  private Path path;
  private int file;

  @BeforeEach
  void openFile() throws Exception {
    path = Files.writeString(temporary.resolve("file"), "0123456789");
    file = open(path, OpenFlags.O_RDWR);
  }

  @AfterEach
  void closeFile() {
    assertThat(Descriptors.close(file)).isZero();
    arena.close();
  }

  @Test
  void readsAndWritesAtAnOffset() {
    assertThat(FileCalls.pread(file, buffer.address(), 4, 3)).isEqualTo(4);
    assertThat(text(4)).isEqualTo("3456");
    assertThat(FileCalls.pwrite(file, buffer.address(), 2, 0)).isEqualTo(2);
    assertThat(path).hasContent("3423456789");
    assertThat(FileCalls.pread(file, buffer.address(), 4, 10)).as("at the end").isZero();
  }

  @Test
  void readsAndWritesAtTheCurrentPosition() {
    assertThat(FileCalls.lseek(file, -3, FileCalls.SEEK_END)).isEqualTo(7);
    assertThat(FileCalls.read(file, buffer.address(), 10)).isEqualTo(3);
    assertThat(text(3)).isEqualTo("789");
    assertThat(FileCalls.write(file, buffer.address(), 3)).isEqualTo(3);
    assertThat(path).hasContent("0123456789789");
  }

  @Test
  void aCachedVectoredReadDoesNotWait() {
    MemorySegment vectors = arena.allocate(2L * IoVector.SIZE, 8);
    IoVector.write(vectors, 0, buffer.address(), 3);
    IoVector.write(vectors, IoVector.SIZE, buffer.address() + 100, 3);
    long moved = FileCalls.preadv2(file, vectors.address(), 2, 1, FileCalls.RWF_NOWAIT);
    assertThat(moved).isEqualTo(6);
    assertThat(text(3)).isEqualTo("123");
    assertThat(buffer.asSlice(100, 3).toArray(JAVA_BYTE)).isEqualTo("456".getBytes(UTF_8));
    assertThat(FileCalls.pwritev2(file, vectors.address(), 2, 4, 0)).isEqualTo(6);
    assertThat(path).hasContent("0123123456");
  }

  @Test
  void offsetsAreOf64Bits() {
    long far = 5L << 32;
    buffer.set(JAVA_BYTE, 0, (byte) 'x');
    assertThat(FileCalls.pwrite(file, buffer.address(), 1, far)).isOne();
    assertThat(path.toFile().length()).isEqualTo(far + 1);
    assertThat(FileCalls.lseek(file, 1 << 20, FileCalls.SEEK_DATA)).isGreaterThan(1L << 32);
    assertThat(FileCalls.ftruncate(file, 3)).isZero();
    assertThat(path).hasContent("012");
  }

  @Test
  void allocatesSpaceWithoutChangingTheLength() {
    long result = FileCalls.fallocate(file, FileCalls.FALLOC_FL_KEEP_SIZE, 0, 1 << 16);
    assertThat(result).isIn(0L, Errno.EOPNOTSUPP.result());
    assertThat(path).hasContent("0123456789");
  }

  @Test
  void copiesARangeWithoutABuffer() throws Exception {
    Path copy = Files.writeString(temporary.resolve("copy"), "--------");
    int target = open(copy, OpenFlags.O_RDWR);
    assertThat(FileCalls.copyFileRange(file, 2, target, 1, 3)).isEqualTo(3);
    assertThat(FileCalls.copyFileRange(file, 10, target, 1, 3)).as("at the end").isZero();
    assertThat(Descriptors.close(target)).isZero();
    assertThat(copy).hasContent("-234----");
  }

  @Test
  void splicesBetweenFilesAndPipesAndTeesBetweenPipes() {
    long ends = Descriptors.pipe(0);
    long others = Descriptors.pipe(0);
    int nonblocking = FileCalls.SPLICE_F_NONBLOCK;
    int out = (int) (ends >>> 32);
    assertThat(FileCalls.splice(file, 2, out, -1, 5, nonblocking)).isEqualTo(5);
    assertThat(FileCalls.tee((int) ends, (int) (others >>> 32), 4, nonblocking)).isEqualTo(4);
    assertThat(FileCalls.splice((int) ends, -1, file, 0, 2, nonblocking)).isEqualTo(2);
    assertThat(path).hasContent("2323456789");
    assertThat(FileCalls.read((int) others, buffer.address(), 10)).isEqualTo(4);
    assertThat(text(4)).isEqualTo("2345");
    assertThat(FileCalls.tee((int) others, out, 4, nonblocking)).isEqualTo(Errno.EAGAIN.result());
    for (int end : new int[] {(int) ends, out, (int) others, (int) (others >>> 32)}) {
      assertThat(Descriptors.close(end)).isZero();
    }
  }

  @Test
  void setsModeAndTimesOfWhatIsOpenAndOfAPath() throws Exception {
    MemorySegment times = arena.allocate(2L * Timespec.SIZE, 8);
    Timespec.writeSpecial(times, 0, FileCalls.UTIME_OMIT);
    Timespec.writeInstant(times, Timespec.SIZE, -1_500_000_000L);
    assertThat(FileCalls.futimens(file, times)).isZero();
    assertThat(FileCalls.fchmod(file, 0640)).isZero();
    assertThat(Files.getLastModifiedTime(path).to(java.util.concurrent.TimeUnit.MILLISECONDS))
        .isEqualTo(-1500);
    assertThat(Files.getPosixFilePermissions(path)).hasSize(3);

    byte[] name = path.toString().getBytes(UTF_8);
    Timespec.writeInstant(times, Timespec.SIZE, 3_000_000_000L);
    assertThat(PathCalls.utimensat(OpenFlags.AT_FDCWD, name, times)).isZero();
    assertThat(PathCalls.fchmodat(OpenFlags.AT_FDCWD, name, 0600)).isZero();
    assertThat(Files.getLastModifiedTime(path).toMillis()).isEqualTo(3000);
    assertThat(Files.getPosixFilePermissions(path)).hasSize(2);
  }

  @Test
  void advisesAndBeginsToWriteBack() {
    assertThat(FileCalls.fadvise(file, 0, 0, FileCalls.POSIX_FADV_WILLNEED)).isZero();
    assertThat(FileCalls.fadvise(file, 0, 0, 99)).isEqualTo(Errno.EINVAL.result());
    assertThat(FileCalls.syncFileRange(file, 0, 0, FileCalls.SYNC_FILE_RANGE_WRITE)).isZero();
    assertThat(FileCalls.syncFileRange(file, 0, 0, 99)).isEqualTo(Errno.EINVAL.result());
  }

  @Test
  void bringsDataToTheDevice() {
    assertThat(FileCalls.fsync(file)).isZero();
    assertThat(FileCalls.fdatasync(file)).isZero();
    assertThat(FileCalls.fsync(-1)).isEqualTo(Errno.EBADF.result());
  }

  @Test
  void tellsPseudoFileSystemsFromRealOnes() throws Exception {
    int proc = open(Path.of("/proc"), OpenFlags.O_PATH);
    long magic = FileCalls.fileSystemMagic(proc);
    assertThat(Descriptors.close(proc)).isZero();
    assertThat(magic).isEqualTo(FileSystemMagic.PROC_SUPER_MAGIC);
    assertThat(FileSystemMagic.isPseudo(magic)).isTrue();
    assertThat(FileSystemMagic.isPseudo(FileCalls.fileSystemMagic(file))).isFalse();
  }

  @Test
  void listsADirectoryInPiecesAndGoesOnFromACookie() throws Exception {
    List<String> expected = new ArrayList<>(List.of("file"));
    for (int i = 0; i < 100; i++) {
      String name = "entry-" + i + "-" + "x".repeat(i);
      Files.createFile(temporary.resolve(name));
      expected.add(name);
    }
    int directory = open(temporary, OpenFlags.O_DIRECTORY);
    DirectoryEntries entries = new DirectoryEntries(arena.allocate(512, 8));
    List<String> found = new ArrayList<>();
    long cookie = 0;
    while (FileCalls.lseek(directory, cookie, FileCalls.SEEK_SET) >= 0
        && entries.read(directory) > 0) {
      // Half a buffer at a time, to prove that the cookie of any entry can be gone back to.
      for (int i = 0; i < 3 && entries.next(); i++) {
        cookie = entries.offset();
        if (!entries.isSelfOrParent()) {
          assertThat(entries.type()).isIn(DirectoryEntries.DT_REG, DirectoryEntries.DT_UNKNOWN);
          found.add(new String(entries.name(), UTF_8));
        }
      }
    }
    assertThat(Descriptors.close(directory)).isZero();
    assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
  }

  private String text(int length) {
    return new String(buffer.asSlice(0, length).toArray(JAVA_BYTE), UTF_8);
  }

  private static int open(Path path, int flags) {
    long result =
        PathCalls.openat2(OpenFlags.AT_FDCWD, path.toString().getBytes(UTF_8), flags, 0, 0);
    assertThat(result).as(() -> Errno.describe(result)).isNotNegative();
    return (int) result;
  }
}
