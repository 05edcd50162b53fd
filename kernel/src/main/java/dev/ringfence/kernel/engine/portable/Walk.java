// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of one path beneath a directory, one name at a time.
 *
 * <p>Whatever leads out is {@code PermissionDenied}, and is refused before anything outside is
 * looked at, so that the answer does not tell whether it exists: an absolute path or link, a {@code
 * ..} at the top, a mount, a loop. A directory is opened when the first name in it is needed, so
 * {@code a/../b} never opens {@code a}; of the way down only the last one is held, and a step up
 * goes down again from the top.
 *
 * <p>The result is a directory and a last name in it. Not thread-safe; under the engine's lock.
 */
final class Walk implements AutoCloseable {

  /** Links followed in one path (MAXSYMLINKS of Linux, path_resolution(7)). */
  static final int LINKS_MAX = 40;

  /** Directories opened for one path: bounds the time of hostile ones that go up and down. */
  static final int OPENS_MAX = 10_000;

  /** What to do with the last name. */
  enum Last {
    /** Follow it if it is a link: the object is wanted. */
    FOLLOW,
    /** Take a link as it is, unless a {@code /} comes after it. */
    NO_FOLLOW,
    /** Do not touch it: the name is wanted, to be made, removed or renamed. */
    NAME
  }

  private final DirectoryResource base;
  private final ArrayDeque<Path> todo = new ArrayDeque<>();
  private final List<Path> steps = new ArrayList<>();
  private Place open;
  private int openDepth;
  private int opens;
  private int links;

  private @Nullable Path name;
  private @Nullable BasicFileAttributes found;
  private boolean slash;
  private String end = "";

  Walk(DirectoryResource base) {
    this.base = base;
    this.open = base.place();
  }

  /** The directory that the path leads to or into. */
  Place place() {
    return open;
  }

  /** The last name; null if the path ends at {@link #place} itself. */
  @Nullable Path name() {
    return name;
  }

  /** What is there; null if nothing. */
  @Nullable BasicFileAttributes found() {
    return found;
  }

  /** Whether the path ends in {@code /}: only a directory may be meant. */
  boolean slash() {
    return slash;
  }

  /** Whether the path ends in {@code ..}; {@link #name} is null then. */
  boolean endsUp() {
    return end.equals(PathNames.UP);
  }

  /** Walks; once. Throws {@code NotFound} if a directory on the way is missing. */
  void go(byte[] path, Last last) throws IOException {
    String text = new String(path, StandardCharsets.UTF_8);
    if (text.startsWith("/")) {
      throw new Refusal(SyscallError.PERMISSION_DENIED);
    }
    slash = text.endsWith("/");
    for (String part : text.split("/")) {
      if (!part.isEmpty()) {
        todo.add(base.names().name(part));
        end = part;
      }
    }
    if (todo.isEmpty()) {
      throw new Refusal(SyscallError.NOT_FOUND);
    }
    if (slash && last != Last.NAME) {
      todo.add(base.names().name(PathNames.SELF)); // "x/" is "x/.": x must be a directory
    }
    walk(last);
  }

  private void walk(Last last) throws IOException {
    while (!todo.isEmpty()) {
      Path next = todo.pop();
      String text = next.toString();
      if (text.equals(PathNames.UP)) {
        up();
      } else if (!text.equals(PathNames.SELF) && step(next, last)) {
        return;
      }
    }
    name = null;
    found = here().own();
  }

  /** Looks at one name; true if the way ends there. */
  private boolean step(Path next, Last last) throws IOException {
    boolean ends = todo.isEmpty();
    BasicFileAttributes there = here().find(next);
    if (ends && (last == Last.NAME || there == null)) {
      return arrive(next, there);
    }
    if (there == null) {
      throw new Refusal(SyscallError.NOT_FOUND);
    }
    if (there.isSymbolicLink() && !(ends && last == Last.NO_FOLLOW)) {
      follow(next);
      return false;
    }
    if (ends) {
      base.boundary().judge(open.path().resolve(next), there);
      return arrive(next, there);
    }
    if (!there.isDirectory()) {
      throw new Refusal(SyscallError.NOT_A_DIRECTORY);
    }
    if (there.isOther()) { // a junction or mount point of Windows
      throw new Refusal(SyscallError.PERMISSION_DENIED);
    }
    steps.add(next);
    return false;
  }

  private boolean arrive(Path at, @Nullable BasicFileAttributes there) {
    name = at;
    found = there;
    return true;
  }

  private void up() throws IOException {
    if (steps.isEmpty()) {
      throw new Refusal(SyscallError.PERMISSION_DENIED);
    }
    steps.removeLast();
    if (openDepth > steps.size()) {
      moveTo(base.place(), 0);
    }
  }

  private void follow(Path link) throws IOException {
    if (++links > LINKS_MAX) {
      throw new Refusal(SyscallError.PERMISSION_DENIED);
    }
    Path target;
    try {
      target = Files.readSymbolicLink(open.vouch(link));
    } catch (NotLinkException e) {
      todo.push(link); // another process has just replaced it: look again, at most LINKS_MAX times
      return;
    }
    if (target.isAbsolute() || target.getRoot() != null) {
      throw new Refusal(SyscallError.PERMISSION_DENIED);
    }
    for (int i = target.getNameCount() - 1; i >= 0; i--) {
      todo.push(target.getName(i));
    }
  }

  /** The directory of {@link #steps}, opened now if it is not yet. */
  private Place here() throws IOException {
    while (openDepth < steps.size()) {
      if (++opens > OPENS_MAX) {
        throw new Refusal(SyscallError.PERMISSION_DENIED);
      }
      Place next = open.child(steps.get(openDepth));
      moveTo(next, openDepth + 1);
      base.boundary().judge(next.path(), next.own()); // of the open directory, not of its name
    }
    return open;
  }

  private void moveTo(Place next, int depth) throws IOException {
    Place left = open;
    open = next;
    openDepth = depth;
    if (left != base.place()) {
      left.close();
    }
  }

  @Override
  public void close() throws IOException {
    moveTo(base.place(), 0);
  }
}
