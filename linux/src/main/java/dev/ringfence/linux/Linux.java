// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux;

import java.nio.ByteOrder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whether, and on which processor, the bindings can work. */
public final class Linux {

  /** The processors whose system call tables are known. */
  enum Architecture {
    X86_64,
    AARCH64
  }

  private static final String UNAME_RELEASE = System.getProperty("os.version", "unknown");

  static final @Nullable Architecture ARCHITECTURE =
      architecture(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));

  private Linux() {}

  /** Whether calls reach a kernel; otherwise each answers {@code ENOSYS}. */
  public static boolean isSupported() {
    return ARCHITECTURE != null;
  }

  /** Why {@link #isSupported} is false, in words for a user; null when it is true. */
  public static @Nullable String unsupportedReason() {
    if (isSupported()) {
      return null;
    }
    return "Linux on x86-64 or aarch64 is needed, this is %s on %s"
        .formatted(System.getProperty("os.name"), System.getProperty("os.arch"));
  }

  /** The running kernel's release, such as {@code 6.18.2}, as uname(2) gives it. */
  public static String release() {
    return UNAME_RELEASE;
  }

  static @Nullable Architecture architecture(String system, String processor) {
    boolean linux = system.toLowerCase(Locale.ROOT).equals("linux");
    if (!linux || ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      return null;
    }
    return switch (processor.toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64" -> Architecture.X86_64;
      case "aarch64", "arm64" -> Architecture.AARCH64;
      default -> null;
    };
  }

  /** The value of a constant that the two processors disagree on; -1 elsewhere. */
  static int perArchitecture(int x86, int aarch64) {
    return switch (ARCHITECTURE) {
      case X86_64 -> x86;
      case AARCH64 -> aarch64;
      case null -> -1;
    };
  }
}
