// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A directory that is known by its path alone, where the file system holds none open. Each use
 * starts from the root again: whoever renames a directory of the path meanwhile redirects it.
 */
final class NamedPlace extends Place {

  NamedPlace(Path path) {
    super(path);
  }

  @Override
  BasicFileAttributes own() throws IOException {
    return attributesOf(path());
  }

  @Override
  BasicFileAttributeView ownView() {
    return Files.getFileAttributeView(path(), view(), NO_FOLLOW);
  }

  @Override
  BasicFileAttributeView viewOf(Path name) {
    return Files.getFileAttributeView(path().resolve(name), view(), NO_FOLLOW);
  }

  @Override
  @Nullable BasicFileAttributes find(Path name) throws IOException {
    try {
      return attributesOf(path().resolve(name));
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  Place child(Path name) throws IOException {
    Place child = new NamedPlace(path().resolve(name));
    if (!child.own().isDirectory()) {
      throw new Refusal(SyscallError.NOT_A_DIRECTORY);
    }
    return child;
  }

  @Override
  Place again() {
    return new NamedPlace(path());
  }

  @Override
  SeekableByteChannel open(Path name, Set<OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return openFile(path().resolve(name), options, attributes);
  }

  /** Opens {@code file}; without NO_FOLLOW where the file system does not know it. */
  static SeekableByteChannel openFile(
      Path file, Set<OpenOption> options, FileAttribute<?>... attributes) throws IOException {
    try {
      return Files.newByteChannel(file, options, attributes);
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      if (file.getFileSystem().equals(FileSystems.getDefault()) || !options.contains(NO_FOLLOW)) {
        throw e;
      }
      Set<OpenOption> known = new HashSet<>(options); // a file system without links, such as zipfs
      known.remove(NO_FOLLOW);
      return Files.newByteChannel(file, known, attributes);
    }
  }

  @Override
  SeekableByteChannel openSelf() throws IOException {
    return FileChannel.open(path(), StandardOpenOption.READ);
  }

  @Override
  void remove(Path name, boolean directory) throws IOException {
    Files.delete(path().resolve(name));
  }

  @Override
  void move(Path name, Place target, Path targetName) throws IOException {
    Files.move(
        path().resolve(name),
        target.vouch(targetName),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  DirectoryStream<Path> list() throws IOException {
    return Files.newDirectoryStream(path());
  }

  @Override
  Path vouch(Path name) {
    return path().resolve(name);
  }

  @Override
  public void close() {
    // holds nothing
  }
}
