// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program.serve;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The head of an answer, and a short body if it has one. */
final class Response {

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final StringBuilder head = new StringBuilder(256);
  private byte[] body = {};

  private Response(Status status) {
    head.append("HTTP/1.1 ").append(status.line()).append("\r\n");
    field("Date", date(Instant.now()));
    field("Server", "ringfence");
  }

  /** An answer without content of its own; an error says in words what it is. */
  static Response of(Status status) {
    Response response = new Response(status);
    if (status.code >= 400) {
      response.text("text/plain; charset=utf-8", status.line() + "\n");
    }
    return response;
  }

  static String date(Instant instant) {
    return DATE.format(instant);
  }

  Response field(String name, String value) {
    head.append(name).append(": ").append(value).append("\r\n");
    return this;
  }

  Response field(String name, long value) {
    return field(name, Long.toString(value));
  }

  /** The connection ends after this. */
  Response closing() {
    return field("Connection", "close");
  }

  /** A body that is here already. */
  Response text(String type, String text) {
    body = text.getBytes(StandardCharsets.UTF_8);
    return field("Content-Type", type).field("Content-Length", body.length);
  }

  /** The head alone, as HEAD wants it, or when the body comes from elsewhere. */
  void sendHeadTo(Connection connection) {
    connection.send(headBytes());
  }

  /** The head with the empty line at its end. */
  byte[] headBytes() {
    return (head + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  void sendTo(Connection connection) {
    byte[] start = headBytes();
    byte[] all = new byte[start.length + body.length];
    System.arraycopy(start, 0, all, 0, start.length);
    System.arraycopy(body, 0, all, start.length, body.length);
    connection.send(all);
  }

  void sendTo(Connection connection, boolean headOnly) {
    if (headOnly) {
      sendHeadTo(connection);
    } else {
      sendTo(connection);
    }
  }
}
