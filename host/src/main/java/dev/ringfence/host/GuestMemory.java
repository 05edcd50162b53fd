// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.host;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.engine.SharedMemory;
import dev.ringfence.linux.Descriptors;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.FileCalls;
import dev.ringfence.linux.LinuxException;
import dev.ringfence.linux.Mapping;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * The memory that a guest shares with the kernel: a file without a name, mapped in both processes.
 *
 * <p>Sealed against shrinking, or a guest could cut it and have the virtual machine die of SIGBUS;
 * never executable from the file's own rights.
 */
final class GuestMemory implements SharedMemory {

  private static final byte[] NAME = "ringfence-arena".getBytes(StandardCharsets.US_ASCII);

  private final Mapping mapping;
  private int descriptor;

  private GuestMemory(Mapping mapping, int descriptor) {
    this.mapping = mapping;
    this.descriptor = descriptor;
  }

  static GuestMemory allocate(long bytes) {
    int flags = Descriptors.MFD_CLOEXEC | Descriptors.MFD_ALLOW_SEALING;
    long made = Descriptors.memfd(NAME, flags | Descriptors.MFD_NOEXEC_SEAL);
    if (made == Errno.EINVAL.result()) {
      made = Descriptors.memfd(NAME, flags);
    }
    try {
      int file = (int) LinuxException.check("memfd_create", made);
      try {
        LinuxException.check("ftruncate", FileCalls.ftruncate(file, bytes));
        int seals = Descriptors.F_SEAL_SHRINK | Descriptors.F_SEAL_GROW | Descriptors.F_SEAL_SEAL;
        LinuxException.check(
            "fcntl(F_ADD_SEALS)", Descriptors.fcntl(file, Descriptors.F_ADD_SEALS, seals));
        int access = Mapping.PROT_READ | Mapping.PROT_WRITE;
        int kind = Mapping.MAP_SHARED | Mapping.MAP_NORESERVE;
        return new GuestMemory(Mapping.of(bytes, access, kind, file, 0), file);
      } catch (LinuxException e) {
        Descriptors.close(file);
        throw e;
      }
    } catch (LinuxException e) {
      throw new SyscallException(
          SyscallError.OUT_OF_MEMORY, "no memory to share with a guest: " + e.getMessage(), e);
    }
  }

  /** The file, until {@link #closeDescriptor}. */
  int descriptor() {
    return descriptor;
  }

  /** The mappings stay. Whoever started the guest and its end may both come by. */
  synchronized void closeDescriptor() {
    if (descriptor >= 0) {
      Descriptors.close(descriptor);
      descriptor = -1;
    }
  }

  @Override
  public MemorySegment segment() {
    return mapping.segment();
  }

  @Override
  public void close() {
    closeDescriptor();
    mapping.close();
  }
}
