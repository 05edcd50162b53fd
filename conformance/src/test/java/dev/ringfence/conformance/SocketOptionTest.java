// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import static dev.ringfence.conformance.CompletionAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SocketKind;
import dev.ringfence.abi.SocketOption;
import dev.ringfence.abi.SyscallError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The options that servers use. */
class SocketOptionTest extends SocketConformance {

  @ParameterizedTest
  @ValueSource(
      ints = {
        SocketOption.NODELAY,
        SocketOption.KEEP_ALIVE,
        SocketOption.REUSE_ADDRESS,
        SocketOption.REUSE_PORT
      })
  void aSwitchIsOffThenOn(int option) {
    long socket = stream(Family.IPV4);
    assertThat(program.run(option(socket, option)).value()).isZero();
    assertThat(program.run(setOption(socket, option, 1))).succeededWith(0);
    assertThat(program.run(option(socket, option)).value()).isEqualTo(1);
    assertThat(program.run(setOption(socket, option, 0))).succeededWith(0);
    assertThat(program.run(option(socket, option)).value()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {SocketOption.SEND_BUFFER, SocketOption.RECEIVE_BUFFER})
  void buffersCanBeSized(int option) {
    long socket = stream(Family.IPV4);
    assertThat(program.run(setOption(socket, option, 65_536))).succeededWith(0);
    assertThat(program.run(option(socket, option)).value()).isGreaterThanOrEqualTo(65_536);
  }

  @Test
  void lingerIsOffUnlessSet() {
    long socket = stream(Family.IPV4);
    assertThat(program.run(option(socket, SocketOption.LINGER)).value()).isEqualTo(-1);
    assertThat(program.run(setOption(socket, SocketOption.LINGER, 3))).succeededWith(0);
    assertThat(program.run(option(socket, SocketOption.LINGER)).value()).isEqualTo(3);
    assertThat(program.run(setOption(socket, SocketOption.LINGER, -1))).succeededWith(0);
    assertThat(program.run(option(socket, SocketOption.LINGER)).value()).isEqualTo(-1);
  }

  @Test
  void valuesOutOfRangeAreInvalid() {
    long socket = stream(Family.IPV4);
    for (long value : new long[] {2, -1, Long.MIN_VALUE, 1L << 32}) {
      assertThat(program.run(setOption(socket, SocketOption.NODELAY, value)))
          .failedWith(SyscallError.INVALID_ARGUMENT);
    }
    for (long value : new long[] {0, -1, (1L << 30) + 1}) {
      assertThat(program.run(setOption(socket, SocketOption.SEND_BUFFER, value)))
          .failedWith(SyscallError.INVALID_ARGUMENT);
    }
  }

  @Test
  void unknownOptionsAreInvalid() {
    long socket = stream(Family.IPV4);
    for (int option : new int[] {0, 11, -1, Integer.MIN_VALUE}) {
      assertThat(program.run(option(socket, option))).failedWith(SyscallError.INVALID_ARGUMENT);
    }
    assertThat(program.run(setOption(socket, SocketOption.ERROR, 0)))
        .failedWith(SyscallError.INVALID_ARGUMENT);
  }

  @Test
  void settingNeedsTheRightThatTheOptionIsAbout() {
    long socket =
        program.run(create(network, Family.IPV4.code, SocketKind.STREAM, Rights.DUP)).capability();
    assertThat(program.run(setOption(socket, SocketOption.NODELAY, 1))).missed(Rights.NET_SEND);
    assertThat(program.run(setOption(socket, SocketOption.RECEIVE_BUFFER, 4096)))
        .missed(Rights.NET_RECV);
    assertThat(program.run(setOption(socket, SocketOption.REUSE_ADDRESS, 1)))
        .missed(Rights.NET_BIND);
  }
}
