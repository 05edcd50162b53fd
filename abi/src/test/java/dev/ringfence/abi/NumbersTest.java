// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** From a number to its name and back, for numbers that a hostile program may have chosen. */
class NumbersTest {

  @Test
  void everyErrorIsFoundByItsCodeAndNothingElseIs() {
    int found = 0;
    for (int code = -70_000; code <= 70_000; code++) {
      SyscallError error = SyscallError.of(code);
      if (error != null) {
        assertThat(error.code()).isEqualTo(code);
        assertThat(SyscallError.ofResult(-code)).isSameAs(error);
        found++;
      }
    }
    assertThat(found).isEqualTo(SyscallError.values().length);
    assertThat(SyscallError.of(Integer.MIN_VALUE)).isNull();
    assertThat(SyscallError.of(Integer.MAX_VALUE)).isNull();
  }

  @Test
  void aSuccessIsNoError() {
    assertThat(SyscallError.ofResult(0)).isNull();
    assertThat(SyscallError.ofResult(1)).isNull();
    assertThat(SyscallError.ofResult(Integer.MAX_VALUE)).isNull();
    assertThat(SyscallError.ofResult(Integer.MIN_VALUE)).isNull();
  }

  @Test
  void anErrorFitsInSixteenBitsAndItsResultIsMinusItsCode() {
    assertThat(SyscallError.values())
        .allSatisfy(error -> assertThat(error.code()).isBetween(1, 0xFFFF))
        .allSatisfy(error -> assertThat(error.result()).isEqualTo(-error.code()))
        .allSatisfy(error -> assertThat(error.description()).isNotBlank());
  }

  @Test
  void errorsAreCalledAsInTheSpecification() {
    assertThat(SyscallError.INVALID_ARGUMENT.displayName()).isEqualTo("InvalidArgument");
    assertThat(SyscallError.NOT_A_DIRECTORY.displayName()).isEqualTo("NotADirectory");
    assertThat(SyscallError.INVALID_OP_CODE.displayName()).isEqualTo("InvalidOpCode");
    assertThat(SyscallError.IO_ERROR.displayName()).isEqualTo("IoError");
  }

  @Test
  void everyOperationIsFoundByItsCodeAndNothingElseIs() {
    int found = 0;
    for (int code = -300; code <= 300; code++) {
      OpCode opCode = OpCode.of(code);
      if (opCode != null) {
        assertThat(opCode.code()).isEqualTo(code);
        found++;
      }
    }
    assertThat(found).isEqualTo(OpCode.values().length);
    assertThat(OpCode.of(Integer.MIN_VALUE)).isNull();
    assertThat(OpCode.of(Integer.MAX_VALUE)).isNull();
  }

  @Test
  void everyTypeIsFoundByItsCodeAndNothingElseIs() {
    for (CapabilityType type : CapabilityType.values()) {
      assertThat(CapabilityType.of(type.code())).isSameAs(type);
    }
    assertThat(CapabilityType.of(0)).isNull();
    assertThat(CapabilityType.of(11)).isNull();
    assertThat(CapabilityType.of(Integer.MIN_VALUE)).isNull();
  }

  @Test
  void everySystemCallIsFoundByItsNumberAndNothingElseIs() {
    for (SystemCall call : SystemCall.values()) {
      assertThat(SystemCall.of(call.number())).isSameAs(call);
    }
    assertThat(SystemCall.of(2001)).isNull();
    assertThat(SystemCall.of(2006)).isNull();
    assertThat(SystemCall.of((1L << 32) + 2002)).isNull();
    assertThat(SystemCall.of(Long.MIN_VALUE)).isNull();
  }
}
