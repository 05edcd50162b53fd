// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import java.util.function.Function;

/**
 * The typed result of a system call or of a completion: a value or an error, never both and never
 * an exception. Match on it with {@code switch}; both cases are records.
 *
 * @param <T> what success carries
 */
public sealed interface SyscallResult<T> {

  /** Success. */
  record Ok<T>(T value) implements SyscallResult<T> {}

  /** Refusal or failure. */
  record Err<T>(SyscallError error) implements SyscallResult<T> {}

  /** Success with a value. */
  static <T> SyscallResult<T> ok(T value) {
    return new Ok<>(value);
  }

  /** Failure with an error. */
  static <T> SyscallResult<T> err(SyscallError error) {
    return new Err<>(error);
  }

  /**
   * Reads a result register: 0 or more is the value, less is minus an error's code. A negative
   * number that is no code of this version (a newer kernel, or none at all behind the gate) reads
   * as {@link SyscallError#INTERNAL_ERROR}, so that it cannot pass for success.
   */
  static SyscallResult<Long> ofRegister(long register) {
    return register >= 0 ? new Ok<>(register) : new Err<>(SyscallError.ofNegative(register));
  }

  /**
   * Writes a result register.
   *
   * @throws IllegalArgumentException if a success value is negative: it would read as an error
   */
  static long toRegister(SyscallResult<Long> result) {
    return switch (result) {
      case Ok<Long>(Long value) -> {
        if (value < 0) {
          throw new IllegalArgumentException("a result register holds 0 or more, not " + value);
        }
        yield value;
      }
      case Err<Long>(SyscallError error) -> error.result();
    };
  }

  /** True for success. */
  default boolean isOk() {
    return this instanceof Ok;
  }

  /** The value of a success, or the given one. */
  default T orElse(T other) {
    return switch (this) {
      case Ok<T>(T value) -> value;
      case Err<T> ignored -> other;
    };
  }

  /** The same error, or what the function makes of the value. */
  default <R> SyscallResult<R> map(Function<? super T, ? extends R> function) {
    return switch (this) {
      case Ok<T>(T value) -> new Ok<>(function.apply(value));
      case Err<T>(SyscallError error) -> new Err<>(error);
    };
  }

  /** The same error, or the result of going on with the value. */
  default <R> SyscallResult<R> flatMap(Function<? super T, SyscallResult<R>> function) {
    return switch (this) {
      case Ok<T>(T value) -> function.apply(value);
      case Err<T>(SyscallError error) -> new Err<>(error);
    };
  }
}
