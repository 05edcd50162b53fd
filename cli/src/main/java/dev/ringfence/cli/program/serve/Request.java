// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program.serve;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request, judged: RFC 9112.
 *
 * @param method GET, HEAD, or another
 * @param target as it was sent
 * @param keepsAlive whether the client wants to go on after the answer
 * @param fields by their lower-case names; of several of one name the last
 */
record Request(String method, String target, boolean keepsAlive, Map<String, String> fields) {

  /** A request that cannot be answered, and the status that says so. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;
    final transient Status status;

    Malformed(Status status) {
      super(status.line());
      this.status = status;
    }
  }

  @Nullable String field(String name) {
    return fields.get(name);
  }

  /** Reads the bytes up to and without the empty line. */
  static Request parse(byte[] head, int length) throws Malformed {
    String text = new String(head, 0, length, StandardCharsets.ISO_8859_1);
    String[] lines = text.split("\r\n", -1);
    String[] first = lines[0].split(" ", -1);
    if (first.length != 3 || first[0].isEmpty() || !first[2].startsWith("HTTP/")) {
      throw new Malformed(Status.BAD_REQUEST);
    }
    boolean old = first[2].equals("HTTP/1.0");
    if (!old && !first[2].equals("HTTP/1.1")) {
      throw new Malformed(Status.VERSION_NOT_SUPPORTED);
    }
    Map<String, String> fields = new HashMap<>();
    for (int i = 1; i < lines.length; i++) {
      addField(lines[i], fields);
    }
    if (!old && !fields.containsKey("host")) {
      throw new Malformed(Status.BAD_REQUEST);
    }
    if (hasBody(fields)) {
      // what follows would be read as the next request
      throw new Malformed(Status.CONTENT_TOO_LARGE);
    }
    return new Request(first[0], first[1], keepsAlive(old, fields), fields);
  }

  private static void addField(String line, Map<String, String> fields) throws Malformed {
    int colon = line.indexOf(':');
    if (colon <= 0 || line.charAt(0) <= ' ' || line.charAt(colon - 1) <= ' ') {
      throw new Malformed(Status.BAD_REQUEST);
    }
    fields.put(
        line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
  }

  private static boolean hasBody(Map<String, String> fields) {
    return fields.containsKey("transfer-encoding")
        || !fields.getOrDefault("content-length", "0").equals("0");
  }

  private static boolean keepsAlive(boolean old, Map<String, String> fields) {
    String connection = fields.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
    return old ? connection.contains("keep-alive") : !connection.contains("close");
  }
}
