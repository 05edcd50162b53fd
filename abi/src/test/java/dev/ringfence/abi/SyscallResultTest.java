// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringfence.abi.SyscallResult.Err;
import dev.ringfence.abi.SyscallResult.Ok;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SyscallResultTest {

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 0x2000_0000_0000L, Long.MAX_VALUE})
  void aRegisterFromZeroUpIsTheValue(long register) {
    SyscallResult<Long> result = SyscallResult.ofRegister(register);
    assertThat(result).isEqualTo(new Ok<>(register));
    assertThat(result.isOk()).isTrue();
    assertThat(SyscallResult.toRegister(result)).isEqualTo(register);
  }

  @ParameterizedTest
  @EnumSource
  void aNegativeRegisterIsTheError(SyscallError error) {
    SyscallResult<Long> result = SyscallResult.ofRegister(-error.code());
    assertThat(result).isEqualTo(new Err<>(error));
    assertThat(result.isOk()).isFalse();
    assertThat(SyscallResult.toRegister(result)).isEqualTo(error.result());
  }

  @ParameterizedTest
  @ValueSource(longs = {-0x10, -0x201, -0xFFFF, -0x10001, -(1L << 32) - 1, Long.MIN_VALUE})
  void anUnknownErrorCannotPassForSuccess(long register) {
    assertThat(SyscallResult.ofRegister(register))
        .isEqualTo(new Err<>(SyscallError.INTERNAL_ERROR));
  }

  @Test
  void aNegativeValueCannotBeWrittenToARegister() {
    assertThatThrownBy(() -> SyscallResult.toRegister(SyscallResult.ok(-3L)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-3");
  }

  @Test
  void mappingChangesTheValueAndKeepsTheError() {
    SyscallResult<Long> good = SyscallResult.ok(20L);
    SyscallResult<Long> bad = SyscallResult.err(SyscallError.BUSY);
    assertThat(good.map(value -> "n" + value)).isEqualTo(new Ok<>("n20"));
    assertThat(bad.map(value -> "n" + value)).isEqualTo(new Err<>(SyscallError.BUSY));
    assertThat(good.flatMap(value -> SyscallResult.err(SyscallError.TIMEOUT)))
        .isEqualTo(new Err<>(SyscallError.TIMEOUT));
    assertThat(bad.flatMap(SyscallResult::ok)).isEqualTo(new Err<>(SyscallError.BUSY));
    assertThat(good.orElse(7L)).isEqualTo(20);
    assertThat(bad.orElse(7L)).isEqualTo(7);
  }
}
