// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.RemoveFlags;
import dev.ringfence.abi.RenameFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.StatFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A directory, and everything beneath it.
 *
 * <p>Paths are relative, their parts separated by {@code /}, and cannot leave the directory: not by
 * {@code ..}, not by an absolute path, not by a symbolic link. What is opened through a directory
 * has at most its rights.
 */
public final class Directory extends Capability {

  private static final int DIRECTORY_MODE_DEFAULT = 0777;

  /** The longest target text of a symbolic link, as on Linux. */
  private static final int LINK_TEXT_MAX = 4096;

  Directory(DirectSubmission calls, Authority authority, String name, long id, long rights) {
    super(calls, authority, name, id, rights);
  }

  /** Opens a file for reading. Needs READ. */
  public File open(String path) {
    return open(path, OpenOptions.reading());
  }

  /** Makes or empties a file and opens it for writing. Needs WRITE, TRUNCATE and CREATE. */
  public File create(String path) {
    return open(path, OpenOptions.writing().create().truncate());
  }

  /**
   * Opens a file.
   *
   * @throws SyscallException among others with {@code NotFound}, {@code AlreadyExists}, {@code
   *     IsADirectory}, {@code PermissionDenied}
   */
  public File open(String path, OpenOptions options) {
    Capability opened = openAny(path, options);
    if (opened instanceof File file) {
      return file;
    }
    opened.close();
    throw Failures.of(SyscallError.IS_A_DIRECTORY.result(), 0, "open", this, path);
  }

  /** Opens a directory beneath this one with all the rights that this one has. */
  public Directory openDirectory(String path) {
    return openDirectory(path, rights());
  }

  /** Opens a directory beneath this one with these rights, a subset of its own. */
  public Directory openDirectory(String path, long wanted) {
    OpenOptions options = new OpenOptions(wanted, 0, OpenFlags.DIRECTORY, 0);
    if (openAny(path, options) instanceof Directory directory) {
      return directory;
    }
    throw new IllegalStateException("the kernel opened something else as a directory");
  }

  /** Opens whatever is there for reading, a {@link File} or a {@link Directory}. */
  public Capability openAny(String path) {
    return openAny(path, new OpenOptions(0, Rights.READ_ONLY, 0, 0));
  }

  /** Opens whatever is there; {@code switch} over the result. */
  public Capability openAny(String path, OpenOptions options) {
    byte[] encoded = Paths.encode(path);
    long wanted = options.needed() | (options.useful() & rights());
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.OPEN, id())
          .text(encoded)
          .auxiliary(OpenFlags.withMode(options.flags(), options.mode()), wanted);
      int type = slot.run("open", this, path);
      long opened = slot.value();
      String child = name() + "/" + path;
      if (type == CapabilityType.DIRECTORY.code()) {
        long held = wanted & CapabilityType.DIRECTORY.applicableRights();
        return new Directory(calls(), authority(), child, opened, held);
      }
      long held = wanted & CapabilityType.FILE.applicableRights();
      return new File(calls(), authority(), child, opened, held);
    }
  }

  /** Its own status. Needs STAT. */
  public Status stat() {
    return Status.of(this, Paths.NONE, 0, null);
  }

  /** The status of what {@code path} leads to. Needs STAT. */
  public Status stat(String path) {
    return Status.of(this, Paths.encode(path), 0, path);
  }

  /** The status of {@code path} itself, which may be a symbolic link. Needs STAT. */
  public Status statLink(String path) {
    return Status.of(this, Paths.encode(path), StatFlags.NO_FOLLOW, path);
  }

  /** True if there is something that {@code path} leads to. Needs STAT. */
  public boolean exists(String path) {
    byte[] encoded = Paths.encode(path);
    try {
      Status.of(this, encoded, 0, path);
      return true;
    } catch (SyscallException e) {
      if (e.error() == SyscallError.NOT_FOUND || e.error() == SyscallError.NOT_A_DIRECTORY) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Its entries, without {@code .} and {@code ..}, in no particular order. Needs READDIR. They are
   * read in pages while the stream is consumed, so a huge directory costs no memory; whether names
   * that appear or disappear meanwhile are seen is open. The stream need not be closed.
   */
  public Stream<Entry> list() {
    return Listing.of(this);
  }

  /** Makes a directory. Needs CREATE. */
  public void createDirectory(String path) {
    createDirectory(path, DIRECTORY_MODE_DEFAULT);
  }

  /**
   * Makes a directory. Needs CREATE.
   *
   * @param mode permission bits, before the host's umask
   */
  public void createDirectory(String path, int mode) {
    byte[] encoded = Paths.encode(path);
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.MAKE_DIRECTORY, id())
          .text(encoded)
          .auxiliary(mode, 0)
          .run("make the directory", this, path);
    }
  }

  /** Makes a directory and those above it, where they are missing. Needs CREATE. */
  public void createDirectories(String path) {
    int end = 0;
    while (end >= 0) {
      end = path.indexOf('/', end + 1);
      try {
        createDirectory(end < 0 ? path : path.substring(0, end));
      } catch (SyscallException e) {
        if (e.error() != SyscallError.ALREADY_EXISTS) {
          throw e;
        }
      }
    }
  }

  /** Removes a file or a symbolic link. Needs DELETE. */
  public void remove(String path) {
    remove(path, 0);
  }

  /** Removes an empty directory. Needs DELETE. */
  public void removeDirectory(String path) {
    remove(path, RemoveFlags.DIRECTORY);
  }

  /** Renames; a file that is there already is replaced, which needs DELETE. Needs RENAME. */
  public void rename(String from, String to) {
    rename(from, this, to, 0);
  }

  /** Renames; {@code AlreadyExists} if there is something. Needs RENAME. */
  public void renameNoReplace(String from, String to) {
    rename(from, this, to, RenameFlags.NO_REPLACE);
  }

  /**
   * Moves into another directory of this domain. Needs RENAME on both, and DELETE there if a file
   * is replaced; the target may give no right on the file that this directory does not have.
   */
  public void move(String from, Directory target, String to) {
    rename(from, target, to, 0);
  }

  /** Gives a file a second name. Needs RENAME and CREATE. */
  public void link(String path, String newName) {
    link(path, this, newName);
  }

  /**
   * Gives a file a second name in another directory of this domain. Needs RENAME here and CREATE
   * there; the target may give no right on the file that this directory does not have.
   */
  public void link(String path, Directory target, String newName) {
    byte[] old = Paths.encode(path);
    byte[] name = Paths.encode(newName);
    long targetId = target == this ? 0 : target.id();
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.LINK, id())
          .text(old, name)
          .auxiliary(targetId, old.length)
          .run("link to " + Failures.quote(target.name() + "/" + newName), this, path);
    }
  }

  /** Sets the permission bits of what {@code path} leads to, at most 0777. Needs CHMOD. */
  public void setMode(String path, int mode) {
    Attributes.setMode(this, path, mode);
  }

  /** Sets when the content of what {@code path} leads to last changed. Needs CHMOD. */
  public void setModified(String path, Instant time) {
    Attributes.setModified(this, path, time);
  }

  /** Sets when the content of what {@code path} leads to was last read. Needs CHMOD. */
  public void setAccessed(String path, Instant time) {
    Attributes.setAccessed(this, path, time);
  }

  /**
   * Makes a symbolic link. Needs CREATE. The target is text: it may lead anywhere, but following it
   * never leads out of the directory.
   */
  public void symlink(String path, String target) {
    byte[] link = Paths.encode(path);
    byte[] text = Paths.encode(target);
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.SYMLINK, id())
          .text(link, text)
          .auxiliary(0, link.length)
          .run("make the symbolic link", this, path);
    }
  }

  /** The target text of a symbolic link. Needs STAT. */
  public String readLink(String path) {
    byte[] encoded = Paths.encode(path);
    try (Buffer buffer = calls().transfers().acquire();
        Slot slot = calls().slot()) {
      // Path and answer share the buffer: whoever holds one buffer must never wait for another.
      long answer = buffer.segment().address();
      buffer.byteBuffer().put(LINK_TEXT_MAX, encoded);
      slot.begin(OpCode.READ_LINK, id())
          .memory(answer + LINK_TEXT_MAX, encoded.length)
          .auxiliary(answer, LINK_TEXT_MAX);
      byte[] text = new byte[slot.run("read the symbolic link", this, path)];
      buffer.byteBuffer().get(text);
      return new String(text, StandardCharsets.UTF_8);
    }
  }

  /** Makes names durable: what was made, renamed or removed here. Needs CREATE. */
  public void sync() {
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.FSYNC, id()).run("sync", this, null);
    }
  }

  /** A second capability with fewer or the same rights; revoking this one ends both. Needs DUP. */
  public Directory dup(long fewer) {
    return new Directory(calls(), authority(), name(), duplicateId(fewer), fewer);
  }

  /** {@link #dup} with limits, which hold for what is derived from it too. Needs DUP. */
  public Directory derive(long fewer, Limits limits) {
    return new Directory(calls(), authority(), name(), limits.derive(this, fewer), fewer);
  }

  /** {@link #open(String, OpenOptions)}. */
  public CompletableFuture<File> openAsync(String path, OpenOptions options) {
    return Async.start(() -> open(path, options));
  }

  /** {@link #stat(String)}. */
  public CompletableFuture<Status> statAsync(String path) {
    return Async.start(() -> stat(path));
  }

  private void remove(String path, int flags) {
    byte[] encoded = Paths.encode(path);
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.REMOVE, id()).text(encoded).auxiliary(0, flags).run("remove", this, path);
    }
  }

  private void rename(String from, Directory target, String to, int flags) {
    byte[] source = Paths.encode(from);
    byte[] goal = Paths.encode(to);
    long targetId = target == this ? 0 : target.id();
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.RENAME, id())
          .text(source, goal)
          .auxiliary(targetId, source.length | (long) flags << RenameFlags.SHIFT)
          .run("rename to " + Failures.quote(target.name() + "/" + to), this, from);
    }
  }
}
