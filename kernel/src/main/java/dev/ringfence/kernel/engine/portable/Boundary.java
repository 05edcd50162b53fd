// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.SyscallError;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which file systems a grant may reach: its own, or those mounted beneath too, but never a pseudo
 * file system, whose files are the kernel's and the processes' insides.
 */
final class Boundary {

  /**
   * The types of Linux file systems whose files are not data (proc(5), mount(8)): opening some
   * reads or writes another process's memory.
   */
  private static final Set<String> PSEUDO =
      Set.of(
          "proc",
          "sysfs",
          "cgroup",
          "cgroup2",
          "debugfs",
          "tracefs",
          "devpts",
          "nsfs",
          "bpf",
          "securityfs",
          "selinuxfs",
          "smackfs",
          "configfs",
          "efivarfs",
          "fusectl",
          "pstore",
          "binfmt_misc",
          "rpc_pipefs",
          "resctrl");

  private final boolean crossMounts;
  private final @Nullable Identity root;
  private final @Nullable FileStore rootStore;

  /**
   * @param path where the grant begins
   * @param attributes what is there
   */
  Boundary(Path path, BasicFileAttributes attributes, boolean crossMounts) throws IOException {
    this.crossMounts = crossMounts;
    this.root = Identity.of(attributes);
    this.rootStore = root == null && hasSeveralStores(path) ? Files.getFileStore(path) : null;
  }

  /**
   * Windows mounts by reparse points, which are refused as neither file nor directory; most other
   * file systems are one store. For the rest a store is looked up at each step.
   */
  private static boolean hasSeveralStores(Path path) {
    if (path.getFileSystem().equals(FileSystems.getDefault())) {
      return false;
    }
    var stores = path.getFileSystem().getFileStores().iterator();
    if (stores.hasNext()) {
      stores.next();
    }
    return stores.hasNext();
  }

  /** Throws {@code PermissionDenied} if the object at {@code path} is out of bounds. */
  void judge(Path path, BasicFileAttributes attributes) throws IOException {
    if (isOutside(path, attributes)) {
      if (!crossMounts) {
        throw new Refusal(SyscallError.PERMISSION_DENIED);
      }
      refusePseudo(path);
    }
  }

  private boolean isOutside(Path path, BasicFileAttributes attributes) throws IOException {
    if (root != null) {
      Identity here = Identity.of(attributes);
      return here == null || here.device() != root.device();
    }
    return rootStore != null && !rootStore.equals(Files.getFileStore(path));
  }

  /** Throws {@code PermissionDenied} if {@code path} is known to be in a pseudo file system. */
  static void refusePseudo(Path path) throws Refusal {
    String type;
    try {
      type = Files.getFileStore(path).type();
    } catch (IOException | UnsupportedOperationException e) {
      type = ""; // the platform does not tell, such as where /proc/mounts is hidden
    }
    if (type != null && PSEUDO.contains(type)) {
      throw new Refusal(SyscallError.PERMISSION_DENIED);
    }
  }
}
