// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.FileStatus;

/** What a name in a directory stands for. */
public enum FileKind {
  /** A regular file. */
  FILE,
  /** A directory. */
  DIRECTORY,
  /** A symbolic link. */
  SYMBOLIC_LINK,
  /** A device, socket, FIFO or the like, which cannot be opened. */
  OTHER;

  static FileKind of(int code) {
    return switch (code) {
      case FileStatus.KIND_FILE -> FILE;
      case FileStatus.KIND_DIRECTORY -> DIRECTORY;
      case FileStatus.KIND_SYMLINK -> SYMBOLIC_LINK;
      default -> OTHER;
    };
  }
}
