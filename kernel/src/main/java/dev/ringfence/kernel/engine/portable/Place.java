// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A directory to work in, one name at a time: every name that a method takes is one element,
 * neither {@code .} nor {@code ..}, and no link in it is followed.
 *
 * <p>Two kinds: {@link HeldPlace} holds the directory open, {@link NamedPlace} only knows its path.
 * Methods throw what java.nio throws.
 */
abstract sealed class Place implements AutoCloseable permits HeldPlace, NamedPlace {

  private static final boolean LINUX = System.getProperty("os.name").equals("Linux");

  static final LinkOption NO_FOLLOW = LinkOption.NOFOLLOW_LINKS;

  private final Path path;
  private final boolean posix;

  Place(Path path) {
    this.path = path;
    this.posix = isPosix(path);
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** The attributes of {@code path}, with permissions and owners where there are any. */
  static BasicFileAttributes attributesOf(Path path) throws IOException {
    return isPosix(path)
        ? Files.readAttributes(path, PosixFileAttributes.class, NO_FOLLOW)
        : Files.readAttributes(path, BasicFileAttributes.class, NO_FOLLOW);
  }

  /** The attributes of the file at {@code path}, to change them. */
  static BasicFileAttributeView viewOfFile(Path path) {
    Class<? extends BasicFileAttributeView> view =
        isPosix(path) ? PosixFileAttributeView.class : BasicFileAttributeView.class;
    return Files.getFileAttributeView(path, view, NO_FOLLOW);
  }

  /**
   * Opens the directory at {@code path}, which has no links in it.
   *
   * @param held whether to hold it open if the file system can
   */
  static Place open(Path path, boolean held) throws IOException {
    if (held) {
      DirectoryStream<Path> stream = Files.newDirectoryStream(path);
      if (stream instanceof SecureDirectoryStream<Path> secure) {
        return HeldPlace.of(secure, path);
      }
      stream.close();
    }
    return new NamedPlace(path);
  }

  /** Where the directory was when it was opened. */
  final Path path() {
    return path;
  }

  /** Whether files have permissions and owners. */
  final boolean posix() {
    return posix;
  }

  /** Whether a symbolic link gets a second name here, instead of what it leads to (link(2)). */
  final boolean linksLinks() {
    return LINUX && path.getFileSystem().equals(FileSystems.getDefault());
  }

  /** The view to read attributes with: it has permissions and owners where there are any. */
  final Class<? extends BasicFileAttributeView> view() {
    return posix ? PosixFileAttributeView.class : BasicFileAttributeView.class;
  }

  /** The attributes of the directory itself. */
  abstract BasicFileAttributes own() throws IOException;

  /** The directory's own attributes, to change them. */
  abstract BasicFileAttributeView ownView();

  /** The attributes of {@code name}, which {@link #find} has just shown, to change them. */
  abstract BasicFileAttributeView viewOf(Path name);

  /** The attributes of {@code name}, a link's own if it is one; null if there is none. */
  abstract @Nullable BasicFileAttributes find(Path name) throws IOException;

  /** Opens the directory {@code name}, which {@link #find} has just shown to be one. */
  abstract Place child(Path name) throws IOException;

  /** Opens this directory once more. */
  abstract Place again() throws IOException;

  /** Opens a file, as {@link Files#newByteChannel} does. */
  abstract SeekableByteChannel open(
      Path name, Set<OpenOption> options, FileAttribute<?>... attributes) throws IOException;

  /** Opens the directory itself as a channel, to force it. */
  abstract SeekableByteChannel openSelf() throws IOException;

  /** Removes a file or link, or an empty directory. */
  abstract void remove(Path name, boolean directory) throws IOException;

  /** Renames in one step, replacing what may be replaced. */
  abstract void move(Path name, Place target, Path targetName) throws IOException;

  /** The names in it. */
  abstract DirectoryStream<Path> list() throws IOException;

  /**
   * A path for {@code name}, for what can be done by path only, once it is sure that the directory
   * is still where it was. It may be moved before the path is used: see the package's limits.
   */
  abstract Path vouch(Path name) throws IOException;

  @Override
  public abstract void close() throws IOException;
}
