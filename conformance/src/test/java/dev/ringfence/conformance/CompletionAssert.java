// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.conformance;

import dev.ringfence.abi.CompletionFlags;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import org.assertj.core.api.AbstractAssert;

/** What a test says about a completion. */
final class CompletionAssert extends AbstractAssert<CompletionAssert, Completion> {

  private CompletionAssert(Completion actual) {
    super(actual, CompletionAssert.class);
  }

  static CompletionAssert assertThat(Completion actual) {
    return new CompletionAssert(actual);
  }

  CompletionAssert succeeded() {
    if (actual.result() < 0) {
      failWithMessage("expected a success, but was %s", actual);
    }
    return this;
  }

  /** The result, and no second one. */
  CompletionAssert succeededWith(int result) {
    if (actual.result() != result) {
      failWithMessage("expected the result %s, but was %s", result, actual);
    }
    return this;
  }

  /** This error, and no second result. */
  CompletionAssert failedWith(SyscallError error) {
    if (actual.result() != error.result()) {
      failWithMessage("expected %s, but was %s", error.displayName(), actual);
    }
    return isPlain();
  }

  /** {@code PermissionDenied}, and it says that exactly these rights were missing. */
  CompletionAssert missed(long rights) {
    if (actual.result() != SyscallError.PERMISSION_DENIED.result()
        || actual.flags() != CompletionFlags.VALUE
        || actual.reserved() != rights) {
      failWithMessage(
          "expected PermissionDenied with %s missing, but was %s (%s)",
          Rights.describe(rights), actual, Rights.describe(actual.reserved()));
    }
    return this;
  }

  /** Neither a flag nor a second result. */
  CompletionAssert isPlain() {
    if (actual.flags() != 0 || actual.reserved() != 0 || actual.padding() != 0) {
      failWithMessage("expected no flag and no second result, but was %s", actual);
    }
    return this;
  }

  CompletionAssert isOf(Entry entry) {
    if (actual.userData() != entry.tag()) {
      failWithMessage("expected the completion of %s, but was %s", entry, actual);
    }
    return this;
  }
}
