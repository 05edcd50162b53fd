// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

import static dev.ringfence.linux.uring.UringHeader.IORING_REGISTER_PROBE;
import static dev.ringfence.linux.uring.UringHeader.IO_URING_OP_SUPPORTED;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.ringfence.linux.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/** Which operations the running kernel knows, from IORING_REGISTER_PROBE. Immutable. */
public final class OpcodeSupport {

  /** Offsets in {@code struct io_uring_probe}. */
  static final class Probe {
    static final int LAST_OP = 0;
    static final int OPS_LEN = 1;
    static final int OPS = 16;

    private Probe() {}
  }

  /** Offsets in {@code struct io_uring_probe_op}. */
  static final class ProbeOp {
    static final int OP = 0;
    static final int FLAGS = 2;
    static final int SIZE = 8;

    private ProbeOp() {}
  }

  private static final int OPS_MAX = 256;

  private final BitSet supported = new BitSet(OPS_MAX);

  private OpcodeSupport(MemorySegment probe) {
    int count = Byte.toUnsignedInt(probe.get(JAVA_BYTE, Probe.OPS_LEN));
    for (int i = 0; i < count; i++) {
      long base = Probe.OPS + (long) i * ProbeOp.SIZE;
      if ((probe.get(JAVA_SHORT, base + ProbeOp.FLAGS) & IO_URING_OP_SUPPORTED) != 0) {
        supported.set(Byte.toUnsignedInt(probe.get(JAVA_BYTE, base + ProbeOp.OP)));
      }
    }
  }

  static OpcodeSupport of(IoUring ring) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      long size = Probe.OPS + (long) OPS_MAX * ProbeOp.SIZE;
      MemorySegment probe = arena.allocate(size, Long.BYTES);
      long result = ring.register(IORING_REGISTER_PROBE, probe.address(), OPS_MAX);
      LinuxException.check("io_uring_register(PROBE)", result);
      return new OpcodeSupport(probe);
    }
  }

  /** Whether this IORING_OP can be used. */
  public boolean supports(int opcode) {
    return supported.get(opcode);
  }

  /** How many operations the kernel knows. */
  public int count() {
    return supported.cardinality();
  }
}
