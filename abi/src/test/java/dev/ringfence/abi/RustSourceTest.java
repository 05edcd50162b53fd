// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * The Rust crate says the same as Java: its module of numbers is the generated one, and what it
 * says of layouts is asserted in it, so that it does not compile where they differ.
 */
class RustSourceTest {

  /** {@code ./ringfence abi --rust >guest/rust/src/abi.rs} brings it up to date. */
  @Test
  void theModuleOfTheCrateIsTheGeneratedOne() {
    assertThat(AbiPage.checkout().resolve("guest/rust/src/abi.rs")).hasContent(RustSource.render());
  }

  @Test
  void everyConstantHasItsNumberAndItsType() {
    for (AbiDescription.Constant constant : AbiDescription.constants()) {
      assertThat(RustSource.render())
          .containsPattern(
              "\npub const %s: u(8|16|32|64) = (%d|0x%X);\n"
                  .formatted(
                      constant.name().substring("RF_".length()),
                      constant.value(),
                      constant.value()));
    }
    assertThat(RustSource.render())
        .contains("pub const OP_EXIT: u8 = 255;")
        .contains("pub const SQE_SKIP_SUCCESS: u8 = 0x80;")
        .contains("pub const ERR_NOT_FOUND: u16 = 0x4;")
        .contains("pub const CURRENT_POSITION: u64 = 0xFFFFFFFFFFFFFFFF;")
        .contains("pub const SQ_HEADER_OFFSET: u32 = 0x0;")
        .contains("pub const READ: Rights = Rights::from_bits(RIGHT_READ);")
        .contains("pub const READ_ONLY: Rights = Rights::from_bits(RIGHTS_READ_ONLY);");
  }

  @Test
  void everyStructureIsCheckedByTheCompiler() {
    for (AbiDescription.Structure structure : AbiDescription.structures()) {
      for (AbiDescription.Field field : structure.fields()) {
        assertThat(RustSource.render())
            .containsPattern(
                "assert!\\(offset_of!\\(\\w+, (r#)?%s\\) == %d\\);"
                    .formatted(field.name(), field.offset()));
      }
    }
    assertThat(RustSource.render())
        .contains("assert!(size_of::<SubmissionEntryV2>() == 64);")
        .contains("assert!(align_of::<SubmissionEntryV2>() == 64);")
        .contains("assert!(size_of::<CompletionEntryV2>() == 32);");
  }

  @Test
  void everyErrorIsAVariantByItsName() {
    for (SyscallError error : SyscallError.values()) {
      assertThat(RustSource.render())
          .contains("    %s = ERR_%s,\n".formatted(error.displayName(), error.name()));
    }
  }
}
