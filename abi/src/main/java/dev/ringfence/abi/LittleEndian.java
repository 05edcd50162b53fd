// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The four unsigned words of the ABI as access handles. The layouts are aligned ones because only
 * those have the ordered access modes; the handles are exact, so that an access which would box or
 * convert fails in the first test instead of being slow for ever.
 */
final class LittleEndian {
  static final VarHandle U8 = exact(ValueLayout.JAVA_BYTE);
  static final VarHandle U16 = exact(ValueLayout.JAVA_SHORT);
  static final VarHandle U32 = exact(ValueLayout.JAVA_INT);
  static final VarHandle U64 = exact(ValueLayout.JAVA_LONG);

  private LittleEndian() {}

  private static VarHandle exact(ValueLayout layout) {
    return layout.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle().withInvokeExactBehavior();
  }
}
