// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.DirectoryEntry;
import dev.ringfence.abi.SyscallError;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Between the bytes of the ABI and the {@link Path}s of one file system.
 *
 * <p>A path of the host is bytes, a {@code Path} shows itself as characters in the locale's
 * encoding: in a "C" locale, or where a name is not UTF-8, two files would be one. On Unix the
 * {@code file:} URI of a path has every byte in it, so names that the locale cannot carry go that
 * way.
 */
final class PathNames {

  static final String SELF = ".";
  static final String UP = "..";

  private static final char REPLACEMENT = '\uFFFD';

  /** Names that Windows takes for devices in every directory (its "Naming Files" page). */
  private static final Set<String> DOS_DEVICES = Set.of("CON", "PRN", "AUX", "NUL");

  private final FileSystem fileSystem;
  private final boolean unix;
  private final boolean utf8;
  private final boolean dos;

  PathNames(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
    this.dos = fileSystem.getSeparator().equals("\\");
    this.unix = fileSystem.equals(FileSystems.getDefault()) && !dos;
    this.utf8 = "UTF-8".equalsIgnoreCase(System.getProperty("sun.jnu.encoding"));
  }

  /** One name as a relative path of one element. {@code InvalidArgument} if that cannot be. */
  Path name(String name) throws Refusal {
    if (dos && isDosDevice(name)) {
      throw new Refusal(SyscallError.PERMISSION_DENIED);
    }
    Path path = relative(name);
    // a separator of this file system that is none of ours ("a\..\..\b"), or a drive, is an escape
    if (path.getNameCount() != 1 || path.getRoot() != null || path.isAbsolute()) {
      throw new Refusal(SyscallError.INVALID_ARGUMENT);
    }
    return path;
  }

  private Path relative(String text) throws Refusal {
    try {
      if (unix && !utf8 && !isAscii(text)) {
        Path absolute = Path.of(URI.create("file:///" + escaped(text)));
        return absolute.subpath(0, absolute.getNameCount());
      }
      return fileSystem.getPath(text);
    } catch (IllegalArgumentException e) { // InvalidPathException among them
      throw new Refusal(SyscallError.INVALID_ARGUMENT);
    }
  }

  /** The text of a symbolic link, which may be absolute and lead anywhere. */
  Path linkText(byte[] bytes) throws Refusal {
    String text = new String(bytes, StandardCharsets.UTF_8);
    Path relative = relative(text);
    return text.startsWith("/") && !relative.isAbsolute()
        ? fileSystem.getPath("/").resolve(relative)
        : relative;
  }

  /** The bytes of a name as LIST shows it; null if it has more than the ABI has room for. */
  byte @Nullable [] nameBytes(Path name) {
    byte[] bytes = bytes(name);
    return bytes.length <= DirectoryEntry.NAME_MAX ? bytes : null;
  }

  /** The bytes of a path, with {@code /} between its names. */
  byte[] bytes(Path path) {
    String text = path.toString();
    boolean faithful = !unix || (utf8 ? text.indexOf(REPLACEMENT) < 0 : isAscii(text));
    if (faithful) {
      return (dos ? text.replace('\\', '/') : text).getBytes(StandardCharsets.UTF_8);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < path.getNameCount(); i++) {
      if (i > 0 || path.isAbsolute()) {
        bytes.write('/');
      }
      bytes.writeBytes(rawBytes(path.getName(i)));
    }
    return bytes.toByteArray();
  }

  /** The last name in the URI of {@code name}, unescaped. */
  private static byte[] rawBytes(Path name) {
    String uri = name.toUri().getRawPath();
    int end = uri.endsWith("/") ? uri.length() - 1 : uri.length(); // a directory of that name
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = uri.lastIndexOf('/', end - 1) + 1; i < end; i++) {
      char c = uri.charAt(i);
      if (c == '%') {
        bytes.write(Integer.parseInt(uri, i + 1, i + 3, 16));
        i += 2;
      } else {
        bytes.write(c);
      }
    }
    return bytes.toByteArray();
  }

  private static String escaped(String text) {
    StringBuilder uri = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b == '/') {
        uri.append('/');
      } else {
        uri.append('%').append(String.format(Locale.ROOT, "%02X", b & 0xFF));
      }
    }
    return uri.toString();
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }

  private static boolean isDosDevice(String name) {
    int dot = name.indexOf('.');
    String stem = (dot < 0 ? name : name.substring(0, dot)).strip().toUpperCase(Locale.ROOT);
    return DOS_DEVICES.contains(stem)
        || stem.length() == 4
            && (stem.startsWith("COM") || stem.startsWith("LPT"))
            && "123456789\u00B9\u00B2\u00B3".indexOf(stem.charAt(3)) >= 0;
  }
}
