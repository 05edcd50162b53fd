// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.kernel.engine.Resource;
import dev.ringfence.linux.Descriptors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** An open file descriptor: of a regular file, a directory, or something that streams. */
class LinuxFile extends Resource {

  final int descriptor;

  /** For directories: openat2's RESOLVE bits for every path beneath it. */
  final int resolve;

  /** Opened with O_DIRECT: Linux answers EINVAL to what is not aligned. */
  final boolean direct;

  /** Counts uses until it is registered; racy, a lost one delays that by one use. */
  int uses;

  /** The ring that it is registered with; written once, by that ring's owner. */
  volatile @Nullable FixedFiles home;

  int slot = -1;

  private final AtomicBoolean claimed = new AtomicBoolean();

  LinuxFile(CapabilityType type, int descriptor, int resolve) {
    this(type, descriptor, resolve, false);
  }

  LinuxFile(CapabilityType type, int descriptor, int resolve, boolean direct) {
    super(type);
    this.descriptor = descriptor;
    this.resolve = resolve;
    this.direct = direct;
  }

  /** What an operation works on. */
  static LinuxFile of(Operation operation) {
    return of(operation.resource);
  }

  /** The other thing that an operation works on. */
  static LinuxFile second(Operation operation) {
    return of(operation.secondResource);
  }

  static LinuxFile of(@Nullable Resource resource) {
    if (resource instanceof LinuxFile file) {
      return file;
    }
    throw new IllegalArgumentException("not a resource of this engine: " + resource);
  }

  final boolean streams() {
    return type() == CapabilityType.PIPE || type() == CapabilityType.SOCKET;
  }

  /** Whether the caller is the one ring that may register the file. */
  final boolean claim(int newSlot) {
    boolean first = home == null && claimed.compareAndSet(false, true);
    if (first) {
      slot = newSlot;
    }
    return first;
  }

  @Override
  public @Nullable SyscallError close() {
    FixedFiles registered = home;
    if (registered != null) {
      registered.forget(slot);
    }
    long result = Descriptors.close(descriptor);
    return result < 0 ? Errors.of(result) : null;
  }
}
