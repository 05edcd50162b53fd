// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.SyscallError;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives one capability up: its operations in flight finish, then its hold on the resource ends.
 *
 * <p>Whoever closes is answered when every lane of the domain has looked. If none of them uses the
 * capability, the resource is closed by then, and the answer says what the host reported.
 */
final class Closing {

  private final Kernel kernel;
  private final Capability capability;
  private volatile @Nullable SyscallError reported;

  Closing(Kernel kernel, Capability capability) {
    this.kernel = kernel;
    this.capability = capability;
  }

  /**
   * Asks the lanes.
   *
   * @param home the lane whose owner calls this
   * @param answer runs on {@code home}'s owner
   */
  void begin(List<Lane> lanes, Lane home, Consumer<@Nullable SyscallError> answer) {
    Quiescence unused = new Quiescence(this::release);
    if (lanes.size() == 1 && lanes.get(0) == home) {
      unused.expect();
      home.lifecycle().stopping().answerClose(unused, this::uses);
      unused.arrive();
      answer.accept(reported);
      return;
    }
    Quiescence asked = new Quiescence(() -> home.post(() -> answer.accept(reported)));
    for (Lane lane : lanes) {
      unused.expect();
      asked.expect();
      lane.post(() -> {
        lane.lifecycle().stopping().answerClose(unused, this::uses);
        asked.arrive();
      });
    }
    unused.arrive();
    asked.arrive();
  }

  private boolean uses(InFlight operation) {
    RegisteredBuffer buffer = operation.buffer;
    return operation.capability == capability
        || operation.secondCapability == capability
        || buffer != null && buffer.capability == capability;
  }

  private void release() {
    reported = kernel.closeAll(kernel.tree().release(List.of(capability), null));
  }
}
