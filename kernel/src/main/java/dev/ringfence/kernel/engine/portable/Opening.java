// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.kernel.engine.Resource;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * OPEN: only regular files and directories, and never through a link at the last step.
 *
 * <p>What exists is opened without any flag that makes; what is made is made with "must not exist".
 * So no combination of the two has to be trusted to the host, and when another process makes or
 * removes the file in between, it is tried again.
 */
final class Opening {

  /** Lost races before the operation gives up with {@code Busy}. */
  private static final int TRIES_MAX = 16;

  private static final @Nullable OpenOption DIRECT = directOption();

  private final DirectoryResource base;
  private final Operation operation;
  private final int flags;

  private Opening(DirectoryResource base, Operation operation) {
    this.base = base;
    this.operation = operation;
    this.flags = operation.flags;
  }

  /** The JDK's own option to bypass the cache: in a module that another JDK need not have. */
  private static @Nullable OpenOption directOption() {
    try {
      Class<?> options = Class.forName("com.sun.nio.file.ExtendedOpenOption");
      for (Object option : options.getEnumConstants()) {
        if (option instanceof OpenOption direct && option.toString().equals("DIRECT")) {
          return direct;
        }
      }
      return null;
    } catch (ClassNotFoundException e) {
      return null;
    }
  }

  /** Opens what {@code operation} asks for. */
  static Resource open(DirectoryResource base, Operation operation) throws IOException {
    Opening opening = new Opening(base, operation);
    for (int i = 0; i < TRIES_MAX; i++) {
      Resource opened = opening.tryOpen();
      if (opened != null) {
        return opened;
      }
    }
    throw new Refusal(SyscallError.BUSY);
  }

  private boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** Null if what was there has changed meanwhile. */
  private @Nullable Resource tryOpen() throws IOException {
    boolean exclusive = has(OpenFlags.CREATE) && has(OpenFlags.EXCLUSIVE);
    try (Walk walk = new Walk(base)) {
      walk.go(operation.path, last(exclusive));
      Path name = walk.name();
      BasicFileAttributes found = walk.found();
      if (has(OpenFlags.CREATE) && (walk.slash() || name == null)) { // as open(2) has it
        boolean taken = exclusive && name == null;
        throw new Refusal(taken ? SyscallError.ALREADY_EXISTS : SyscallError.IS_A_DIRECTORY);
      }
      if (found != null) {
        if (exclusive) {
          throw new Refusal(SyscallError.ALREADY_EXISTS);
        }
        return openExisting(walk, found);
      }
      if (name == null || !has(OpenFlags.CREATE)) {
        throw new Refusal(SyscallError.NOT_FOUND);
      }
      return create(walk, name, exclusive);
    }
  }

  private Walk.Last last(boolean exclusive) {
    // no file can be made under a name with a slash behind it, whatever is there
    boolean slash = operation.path[operation.path.length - 1] == '/';
    if (exclusive || has(OpenFlags.CREATE) && slash) {
      return Walk.Last.NAME;
    }
    return has(OpenFlags.NO_FOLLOW) ? Walk.Last.NO_FOLLOW : Walk.Last.FOLLOW;
  }

  private @Nullable Resource openExisting(Walk walk, BasicFileAttributes found) throws IOException {
    Path name = walk.name();
    if (name == null) {
      if (has(OpenFlags.TRUNCATE)) {
        throw new Refusal(SyscallError.IS_A_DIRECTORY);
      }
      return base.derive(walk.place().again());
    }
    if (found.isSymbolicLink() || found.isDirectory() && found.isOther()) {
      throw new Refusal(SyscallError.PERMISSION_DENIED);
    }
    if (found.isDirectory()) {
      if (has(OpenFlags.CREATE) || has(OpenFlags.TRUNCATE)) {
        throw new Refusal(SyscallError.IS_A_DIRECTORY);
      }
      return openDirectory(walk, name);
    }
    if (has(OpenFlags.DIRECTORY)) {
      throw new Refusal(SyscallError.NOT_A_DIRECTORY);
    }
    if (!found.isRegularFile()) {
      throw new Refusal(SyscallError.PERMISSION_DENIED); // and not touched: opening has effects
    }
    return openFile(walk.place(), name, found);
  }

  private Resource openDirectory(Walk walk, Path name) throws IOException {
    Place opened = walk.place().child(name);
    try {
      base.boundary().judge(opened.path(), opened.own());
      return base.derive(opened);
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private @Nullable Resource create(Walk walk, Path name, boolean exclusive) throws IOException {
    try {
      return openFile(walk.place(), name, null);
    } catch (FileAlreadyExistsException e) {
      if (exclusive) {
        throw e;
      }
      return null;
    }
  }

  /**
   * Opens the file, and checks that its name still means what it meant.
   *
   * @param found what is there, or null to make it
   */
  private @Nullable Resource openFile(Place place, Path name, @Nullable BasicFileAttributes found)
      throws IOException {
    boolean writes = (operation.rights & Rights.WRITE) != 0 || has(OpenFlags.TRUNCATE);
    boolean appends = writes && has(OpenFlags.APPEND);
    boolean reads = (operation.rights & Rights.READ) != 0 || !writes;
    Set<OpenOption> options = options();
    SeekableByteChannel writer = null;
    SeekableByteChannel reader = null;
    try {
      if (writes || found == null) { // java.nio makes a file only if it is opened to write
        writer = openWriter(place, name, found == null, appends, reads && !appends, options);
      }
      if (writer == null || reads && appends) { // java.nio refuses to read and append through one
        reader = openReader(place, name, options);
      }
      BasicFileAttributes now = place.find(name);
      boolean same = now != null && (found == null || Identity.maySame(found, now));
      if (now != null && same && now.isRegularFile()) {
        if (found != null && writer != null && has(OpenFlags.TRUNCATE)) {
          writer.truncate(0); // on what was opened: java.nio has no option for it with APPEND
        }
        FileResource.Channels channels =
            new FileResource.Channels(
                reader != null ? reader : reads ? writer : null, writes ? writer : null, appends);
        return new FileResource(channels, place.path().resolve(name), now);
      }
    } catch (IOException | RuntimeException e) {
      close(writer);
      close(reader);
      throw e;
    }
    close(writer);
    close(reader);
    return null;
  }

  private SeekableByteChannel openWriter(
      Place place, Path name, boolean create, boolean append, boolean read, Set<OpenOption> common)
      throws IOException {
    Set<OpenOption> options = new HashSet<>(common);
    options.add(StandardOpenOption.WRITE);
    if (append) {
      options.add(StandardOpenOption.APPEND);
    } else if (read) {
      options.add(StandardOpenOption.READ);
    }
    if (create) {
      options.add(StandardOpenOption.CREATE_NEW);
      return openChannel(place, name, options, Naming.permissions(place, operation.mode));
    }
    return openChannel(place, name, options);
  }

  private SeekableByteChannel openReader(Place place, Path name, Set<OpenOption> common)
      throws IOException {
    Set<OpenOption> options = new HashSet<>(common);
    options.add(StandardOpenOption.READ);
    return openChannel(place, name, options);
  }

  private SeekableByteChannel openChannel(
      Place place, Path name, Set<OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    try {
      return place.open(name, options, attributes);
    } catch (FileSystemException | UnsupportedOperationException | IllegalArgumentException e) {
      SyscallError error = Failures.errorOf(e);
      boolean unknown =
          error == SyscallError.INVALID_ARGUMENT || error == SyscallError.NOT_IMPLEMENTED;
      if (unknown && has(OpenFlags.DIRECT)) {
        throw new Refusal(SyscallError.NOT_IMPLEMENTED); // a file system that cannot, says open(2)
      }
      throw e;
    }
  }

  private Set<OpenOption> options() throws Refusal {
    Set<OpenOption> options = new HashSet<>();
    options.add(Place.NO_FOLLOW);
    if (has(OpenFlags.SYNC)) {
      options.add(StandardOpenOption.SYNC);
    }
    if (has(OpenFlags.DATA_SYNC)) {
      options.add(StandardOpenOption.DSYNC);
    }
    if (has(OpenFlags.DIRECT)) {
      if (DIRECT == null) {
        throw new Refusal(SyscallError.NOT_IMPLEMENTED);
      }
      options.add(DIRECT);
    }
    return options;
  }

  private static void close(@Nullable SeekableByteChannel channel) throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
