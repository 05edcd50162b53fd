// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program;

import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.user.Capability;
import dev.ringfence.user.Channel;
import dev.ringfence.user.Directory;
import dev.ringfence.user.Entry;
import dev.ringfence.user.Event;
import dev.ringfence.user.File;
import dev.ringfence.user.FileKind;
import dev.ringfence.user.Network;
import dev.ringfence.user.OpaqueCapability;
import dev.ringfence.user.OpenOptions;
import dev.ringfence.user.Pipe;
import dev.ringfence.user.Session;
import dev.ringfence.user.Socket;
import dev.ringfence.user.Status;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a command line means by {@code grant/path}, or by {@code grant} alone: a capability and a
 * path beneath it.
 *
 * @param grant the capability
 * @param path beneath it; empty for the grant itself
 */
record Location(Capability grant, String path) {

  static Location of(Session session, String name) {
    int slash = name.indexOf('/');
    String petname = slash < 0 ? name : name.substring(0, slash);
    String path = slash < 0 ? "" : name.substring(slash + 1);
    while (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    return new Location(session.grant(petname), path);
  }

  /** As a person would write it. */
  String name() {
    return path.isEmpty() ? grant.name() : grant.name() + "/" + path;
  }

  Location child(String name) {
    return new Location(grant, path.isEmpty() ? name : path + "/" + name);
  }

  /** What it lies in, or null for the grant itself. */
  @Nullable Location parent() {
    return path.isEmpty()
        ? null
        : new Location(grant, path.substring(0, Math.max(0, path.lastIndexOf('/'))));
  }

  /** The status of what is there, links followed. */
  Status status() {
    return switch (grant) {
      case Directory directory -> path.isEmpty() ? directory.stat() : directory.stat(path);
      case File file -> file.stat();
      case Pipe pipe -> throw stream();
      case Network network -> throw stream();
      case Socket socket -> throw stream();
      case Event event -> throw stream();
      case Channel channel -> throw stream();
      case OpaqueCapability other -> throw stream();
    };
  }

  /** The status of the name itself, which may be a symbolic link. */
  Status linkStatus() {
    return grant instanceof Directory directory && !path.isEmpty()
        ? directory.statLink(path)
        : status();
  }

  boolean exists() {
    return !(grant instanceof Directory directory) || path.isEmpty() || directory.exists(path);
  }

  File open(OpenOptions options) {
    return switch (grant) {
      case Directory directory -> directory.open(path, options);
      case File file -> {
        // The caller will close what it opened; the grant itself must stay.
        File opened = file.dup(file.rights());
        if ((options.flags() & OpenFlags.TRUNCATE) != 0) {
          opened.truncate(0);
        }
        yield opened;
      }
      case Pipe pipe -> throw stream();
      case Network network -> throw stream();
      case Socket socket -> throw stream();
      case Event event -> throw stream();
      case Channel channel -> throw stream();
      case OpaqueCapability other -> throw stream();
    };
  }

  /** Calls {@code action} with each entry of the directory that is there. */
  void list(Consumer<Entry> action) {
    if (path.isEmpty()) {
      directory().list().forEach(action);
    } else {
      try (Directory opened = directory().openDirectory(path)) {
        opened.list().forEach(action);
      }
    }
  }

  /** Makes a directory, if there is none yet. */
  void makeDirectory(int mode) {
    if (path.isEmpty()) {
      return;
    }
    try {
      directory().createDirectory(path, mode);
    } catch (SyscallException e) {
      if (e.error() != SyscallError.ALREADY_EXISTS || !status().isDirectory()) {
        throw e;
      }
    }
  }

  /** Makes the directories above this one. */
  void makeParents() {
    int end = path.lastIndexOf('/');
    if (end > 0) {
      directory().createDirectories(path.substring(0, end));
    }
  }

  String readLink() {
    return directory().readLink(path);
  }

  /** Makes a symbolic link, if there is none like it yet. */
  void makeLink(String target) {
    try {
      directory().symlink(path, target);
    } catch (SyscallException e) {
      if (e.error() != SyscallError.ALREADY_EXISTS
          || linkStatus().kind() != FileKind.SYMBOLIC_LINK
          || !readLink().equals(target)) {
        throw e;
      }
    }
  }

  private Directory directory() {
    return switch (grant) {
      case Directory directory -> directory;
      case File file ->
          throw new SyscallException(
              SyscallError.NOT_A_DIRECTORY,
              "the grant `%s` is a file: nothing lies beneath it".formatted(grant.name()));
      case Pipe pipe -> throw stream();
      case Network network -> throw stream();
      case Socket socket -> throw stream();
      case Event event -> throw stream();
      case Channel channel -> throw stream();
      case OpaqueCapability other -> throw stream();
    };
  }

  private SyscallException stream() {
    return new SyscallException(
        SyscallError.WRONG_CAPABILITY_TYPE,
        "the grant `%s` is a stream, not a file or directory".formatted(grant.name()));
  }
}
