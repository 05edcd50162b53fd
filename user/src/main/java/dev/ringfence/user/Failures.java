// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Errors as sentences: what was tried, on what, what is in the way, and what to do about it. */
final class Failures {

  private Failures() {}

  /**
   * @param result minus the code of an error
   * @param missing the rights that the kernel found missing, or 0
   * @param verb what was tried, as in "cannot open"
   * @param path beneath {@code on}, or null if it is about the capability itself
   */
  static SyscallException of(
      int result, long missing, String verb, Capability on, @Nullable String path) {
    SyscallError known = SyscallError.ofResult(result);
    SyscallError error = known == null ? SyscallError.INTERNAL_ERROR : known;
    String name = path == null || path.isEmpty() ? on.name() : on.name() + "/" + path;
    return new SyscallException(
        error, "cannot %s %s: %s".formatted(verb, quote(name), reason(error, missing, on)));
  }

  private static String reason(SyscallError error, long missing, Capability on) {
    return switch (error) {
      case PERMISSION_DENIED -> missing == 0 ? forbidden(on) : missing(missing, on);
      case NOT_FOUND -> "there is nothing by that name";
      case ALREADY_EXISTS -> "there is something by that name already";
      case IS_A_DIRECTORY -> "it is a directory";
      case NOT_A_DIRECTORY -> "it, or a part of its path, is not a directory";
      case DIRECTORY_NOT_EMPTY -> "the directory is not empty";
      case CAPABILITY_REVOKED, INVALID_HANDLE ->
          "its capability was revoked; a new grant is needed (%s)".formatted(error.displayName());
      default -> "%s (%s)".formatted(error.description(), error.displayName());
    };
  }

  private static String forbidden(Capability on) {
    return "the path leads out of %s %s, or the host's permissions forbid it"
        .formatted(on.authority().source(), quote(on.authority().grant().name()));
  }

  private static String missing(long missing, Capability on) {
    Grant grant = on.authority().grant();
    String rights = rights(missing);
    if (Rights.includes(grant.rights(), missing)) {
      return "it was opened without the %s; ask for more when opening it".formatted(rights);
    }
    Authority authority = on.authority();
    return "%s %s has no %s; %s"
        .formatted(
            authority.source(),
            quote(grant.name()),
            rights,
            authority.remedy().widen(grant, missing));
  }

  /** "WRITE right", "WRITE, TRUNCATE and CREATE rights". */
  private static String rights(long mask) {
    List<String> names = new ArrayList<>();
    for (Rights.Right right : Rights.rights()) {
      if ((mask & right.mask()) != 0) {
        names.add(right.name().toUpperCase(Locale.ROOT));
      }
    }
    String last = names.removeLast();
    return names.isEmpty()
        ? last + " right"
        : String.join(", ", names) + " and " + last + " rights";
  }

  /** A name for a message: it must not be able to move a terminal's cursor or fake a line. */
  static String quote(String name) {
    StringBuilder quoted = new StringBuilder(name.length() + 2).append('`');
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (Character.isISOControl(c)) {
        quoted.append("\\x%02x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('`').toString();
  }
}
