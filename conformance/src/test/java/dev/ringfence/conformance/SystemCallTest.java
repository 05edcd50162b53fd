// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.SyscallError;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The door itself. */
class SystemCallTest extends Conformance {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2001, 2006, -2002, Integer.MAX_VALUE})
  void aNumberOtherThanTheFourIsNotImplemented(int number) {
    assertThat(domain.invoke(number, 1, 0)).isEqualTo(SyscallError.NOT_IMPLEMENTED.result());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 0xffff_ffffL})
  void anIdThatWasNeverGivenIsAnInvalidHandleEverywhere(long id) {
    assertThat(client.dup(id, 0)).isEqualTo(SyscallError.INVALID_HANDLE.result());
    assertThat(client.revoke(id)).isEqualTo(SyscallError.INVALID_HANDLE.result());
    CompletionAssert.assertThat(client.run(client.close(id)))
        .failedWith(SyscallError.INVALID_HANDLE);
    CompletionAssert.assertThat(client.run(client.read(id, room(1))))
        .failedWith(SyscallError.INVALID_HANDLE);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 64})
  void anIdNextToALiveOneIsAnInvalidHandle(long distance) {
    assertThat(client.dup(root + distance, 0)).isEqualTo(SyscallError.INVALID_HANDLE.result());
    assertThat(client.dup(root - distance, 0)).isEqualTo(SyscallError.INVALID_HANDLE.result());
    assertThat(client.dup(root ^ distance << 32, 0))
        .isEqualTo(SyscallError.INVALID_HANDLE.result());
    assertThat(client.dup(root | Long.MIN_VALUE, 0))
        .isEqualTo(SyscallError.INVALID_HANDLE.result());
  }
}
