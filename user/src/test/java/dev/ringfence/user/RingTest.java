// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program's side of the two queues, wherever their indices begin. */
class RingTest {

  @ParameterizedTest
  @ValueSource(ints = {0, -2, Integer.MAX_VALUE})
  void nothingIsTheKernelsBeforeItIsSubmitted(int firstIndex) {
    Door door = new Door(firstIndex, 1);
    Ring ring = Ring.at(door, door.base());
    assertThat(ring.nop(1)).isTrue();
    assertThat(door.published()).isZero();
    assertThat(ring.submit()).isZero();
    assertThat(door.published()).isEqualTo(1);
    assertThat(door.calls).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -2, Integer.MAX_VALUE})
  void aFullQueueTakesNothingUntilTheKernelTook(int firstIndex) {
    Door door = new Door(firstIndex, 1);
    Ring ring = Ring.at(door, door.base());
    for (int i = 0; i < Door.ENTRIES; i++) {
      assertThat(ring.nop(i)).isTrue();
    }
    assertThat(ring.nop(9)).isFalse();
    assertThat(ring.spaceLeft()).isZero();
    ring.submit();
    door.completeOne();
    assertThat(ring.nop(9)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -2, Integer.MAX_VALUE})
  void completionsComeOldestFirstAndOnce(int firstIndex) {
    Door door = new Door(firstIndex, 1);
    Ring ring = Ring.at(door, door.base());
    List<Long> reaped = new ArrayList<>();
    for (long i = 0; i < 3L * Door.ENTRIES; i++) {
      ring.read(7, 0, (int) i, 0, i);
      ring.submit();
      door.completeOne();
      assertThat(ring.ready()).isEqualTo(1);
      int number = (int) i;
      ring.reap(
          (userData, result, flags, value) -> {
            assertThat(result).isEqualTo(number);
            reaped.add(userData);
          },
          10);
    }
    assertThat(reaped).hasSize(3 * Door.ENTRIES).isSorted();
    assertThat(ring.ready()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -2})
  void aHandlerThatThrowsLosesOnlyWhatItWasGiven(int firstIndex) {
    Door door = new Door(firstIndex, 1);
    Ring ring = Ring.at(door, door.base());
    ring.nop(1);
    ring.nop(2);
    ring.submit();
    door.completeOne();
    door.completeOne();
    assertThatThrownBy(() ->
            ring.reap(
                (userData, result, flags, value) -> {
                  throw new IllegalStateException("the handler's own");
                },
                10))
        .isInstanceOf(IllegalStateException.class);
    List<Long> rest = new ArrayList<>();
    ring.reap((userData, result, flags, value) -> rest.add(userData), 10);
    assertThat(rest).containsExactly(2L);
  }
}
