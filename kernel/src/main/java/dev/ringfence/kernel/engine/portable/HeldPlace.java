// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A directory that is held open: names are relative to it (openat, unlinkat, renameat on Unix), so
 * it stays the same directory wherever it is moved. Takes two descriptors of the host on Unix.
 */
final class HeldPlace extends Place {

  private final SecureDirectoryStream<Path> handle;
  private final Path self;
  private final @Nullable Object key;

  private HeldPlace(SecureDirectoryStream<Path> handle, Path path, @Nullable Object key) {
    super(path);
    this.handle = handle;
    this.self = path.getFileSystem().getPath(PathNames.SELF);
    this.key = key;
  }

  /** Takes over {@code handle}, also if it fails. */
  static HeldPlace of(SecureDirectoryStream<Path> handle, Path path) throws IOException {
    try {
      BasicFileAttributes own =
          handle.getFileAttributeView(BasicFileAttributeView.class).readAttributes();
      if (!own.isDirectory()) {
        throw new Refusal(SyscallError.NOT_A_DIRECTORY);
      }
      return new HeldPlace(handle, path, own.fileKey());
    } catch (IOException | RuntimeException e) {
      handle.close();
      throw e;
    }
  }

  @Override
  BasicFileAttributes own() throws IOException {
    return handle.getFileAttributeView(view()).readAttributes();
  }

  @Override
  BasicFileAttributeView ownView() {
    return handle.getFileAttributeView(view());
  }

  @Override
  BasicFileAttributeView viewOf(Path name) {
    return handle.getFileAttributeView(name, view(), NO_FOLLOW);
  }

  @Override
  @Nullable BasicFileAttributes find(Path name) throws IOException {
    try {
      return handle.getFileAttributeView(name, view(), NO_FOLLOW).readAttributes();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /**
   * Asked for something that is no directory, JDK 25 closes one descriptor twice and leaks another
   * (UnixSecureDirectoryStream.newDirectoryStream), and a named pipe would block it. Hence the look
   * before, under the engine's lock; only another process can get in between.
   */
  @Override
  Place child(Path name) throws IOException {
    return of(directory(handle.newDirectoryStream(name, NO_FOLLOW)), path().resolve(name));
  }

  @Override
  Place again() throws IOException {
    return of(directory(handle.newDirectoryStream(self, NO_FOLLOW)), path());
  }

  private static SecureDirectoryStream<Path> directory(DirectoryStream<Path> stream) {
    return (SecureDirectoryStream<Path>) stream;
  }

  @Override
  SeekableByteChannel open(Path name, Set<OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return handle.newByteChannel(name, options, attributes);
  }

  @Override
  SeekableByteChannel openSelf() throws IOException {
    return handle.newByteChannel(self, Set.of(StandardOpenOption.READ, NO_FOLLOW));
  }

  @Override
  void remove(Path name, boolean directory) throws IOException {
    if (directory) {
      handle.deleteDirectory(name);
    } else {
      handle.deleteFile(name);
    }
  }

  @Override
  void move(Path name, Place target, Path targetName) throws IOException {
    if (target instanceof HeldPlace held) {
      try {
        handle.move(name, held.handle, targetName);
        return;
      } catch (FileAlreadyExistsException e) {
        if (Identity.of(own()) != null) {
          throw e; // Unix does replace: this is a directory with something in it
        }
        // a provider may refuse to replace, such as jimfs: by path then
      }
    }
    Files.move(
        vouch(name),
        target.vouch(targetName),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  DirectoryStream<Path> list() throws IOException {
    return handle.newDirectoryStream(self, NO_FOLLOW);
  }

  @Override
  Path vouch(Path name) throws IOException {
    if (key != null) {
      BasicFileAttributes there =
          Files.readAttributes(path(), BasicFileAttributes.class, NO_FOLLOW);
      if (!key.equals(there.fileKey())) {
        throw new Refusal(SyscallError.NOT_FOUND);
      }
    }
    return path().resolve(name);
  }

  @Override
  public void close() throws IOException {
    handle.close();
  }
}
