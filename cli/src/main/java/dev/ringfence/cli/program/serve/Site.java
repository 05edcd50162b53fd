// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program.serve;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.user.Buffer;
import dev.ringfence.user.BufferPool;
import dev.ringfence.user.Capability;
import dev.ringfence.user.Directory;
import dev.ringfence.user.File;
import dev.ringfence.user.OpenOptions;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a request's target means beneath one directory, and the answer to it.
 *
 * @param directory everything that is served; the kernel lets no path leave it
 * @param buffers memory to send from
 */
record Site(Directory directory, BufferPool buffers) {

  private static final long WANTED = Rights.READ | Rights.STAT | Rights.READDIR;

  void answer(Request request, Connection connection) {
    boolean headOnly = request.method().equals("HEAD");
    if (!headOnly && !request.method().equals("GET")) {
      Response.of(Status.METHOD_NOT_ALLOWED).field("Allow", "GET, HEAD").sendTo(connection);
      return;
    }
    String path = decode(request.target());
    if (path == null) {
      Response.of(Status.BAD_REQUEST).sendTo(connection, headOnly);
      return;
    }
    Capability found;
    try {
      found = open(path);
    } catch (SyscallException e) {
      Response.of(statusOf(e)).sendTo(connection, headOnly);
      return;
    } catch (IllegalStateException e) {
      // this very program has given the directory up
      Response.of(Status.UNAVAILABLE).sendTo(connection, headOnly);
      return;
    }
    try (found) {
      switch (found) {
        case File file -> answerFile(file, path, request, headOnly, connection);
        case Directory listed -> answerDirectory(listed, path, request, headOnly, connection);
        default -> Response.of(Status.NOT_FOUND).sendTo(connection, headOnly);
      }
    }
  }

  private Capability open(String path) {
    return directory.openAny(
        path.isEmpty() ? "." : path, OpenOptions.rights(WANTED & directory.rights()));
  }

  private static Status statusOf(SyscallException e) {
    return switch (e.error()) {
      case NOT_FOUND, NOT_A_DIRECTORY, INVALID_ARGUMENT, NAME_TOO_LONG -> Status.NOT_FOUND;
      case PERMISSION_DENIED -> Status.FORBIDDEN;
      // the directory was taken back, or there is no room: the server itself is well
      case CAPABILITY_REVOKED, INVALID_HANDLE, QUOTA_EXCEEDED, TOO_MANY_OPEN, OUT_OF_MEMORY ->
          Status.UNAVAILABLE;
      default -> Status.INTERNAL_ERROR;
    };
  }

  /** The path that a target names, without its first slash and its query; null if it is none. */
  static @Nullable String decode(String target) {
    int end = target.indexOf('?');
    String raw = end < 0 ? target : target.substring(0, end);
    if (!raw.startsWith("/")) {
      return null;
    }
    byte[] bytes = new byte[raw.length()];
    int length = 0;
    for (int i = 1; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        int value = i + 2 < raw.length() ? hex(raw.charAt(i + 1), raw.charAt(i + 2)) : -1;
        if (value <= 0) {
          return null;
        }
        bytes[length++] = (byte) value;
        i += 2;
      } else {
        bytes[length++] = (byte) c;
      }
    }
    // what a path may be is the kernel's to judge: `..` and all that
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private static int hex(char high, char low) {
    int h = Character.digit(high, 16);
    int l = Character.digit(low, 16);
    return h < 0 || l < 0 ? -1 : h << 4 | l;
  }

  private void answerDirectory(
      Directory listed, String path, Request request, boolean headOnly, Connection connection) {
    if (!path.isEmpty() && !path.endsWith("/")) {
      int query = request.target().indexOf('?');
      String target = query < 0 ? request.target() : request.target().substring(0, query);
      Response.of(Status.MOVED_PERMANENTLY)
          .field("Location", target + "/")
          .field("Content-Length", 0)
          .sendTo(connection, headOnly);
      return;
    }
    Response response;
    try (File index = listed.open("index.html")) {
      answerFile(index, "index.html", request, headOnly, connection);
      return;
    } catch (SyscallException e) {
      if (statusOf(e) != Status.NOT_FOUND && statusOf(e) != Status.FORBIDDEN) {
        throw e;
      }
    }
    try {
      response = Response.of(Status.OK).text("text/html; charset=utf-8", Page.of(listed, path));
    } catch (SyscallException e) {
      response = Response.of(statusOf(e));
    }
    response.sendTo(connection, headOnly);
  }

  private void answerFile(
      File file, String path, Request request, boolean headOnly, Connection connection) {
    dev.ringfence.user.Status status;
    try {
      status = file.stat();
    } catch (SyscallException e) {
      Response.of(statusOf(e)).sendTo(connection, headOnly);
      return;
    }
    Instant modified = status.modified().truncatedTo(ChronoUnit.SECONDS);
    String tag = "\"%x-%x\"".formatted(status.modified().toEpochMilli(), status.size());
    if (Conditions.unchanged(request, tag, modified)) {
      Response.of(Status.NOT_MODIFIED).field("ETag", tag).sendHeadTo(connection);
      return;
    }
    Conditions.Range range = Conditions.range(request, tag, modified, status.size());
    if (range == null) {
      Response.of(Status.RANGE_NOT_SATISFIABLE)
          .field("Content-Range", "bytes */" + status.size())
          .sendTo(connection, headOnly);
      return;
    }
    Response head =
        Response.of(range.partial() ? Status.PARTIAL_CONTENT : Status.OK)
            .field("Content-Type", ContentTypes.of(path))
            .field("Content-Length", range.length())
            .field("Last-Modified", Response.date(modified))
            .field("ETag", tag)
            .field("Accept-Ranges", "bytes");
    if (range.partial()) {
      head.field(
          "Content-Range",
          "bytes %d-%d/%d".formatted(range.start(), range.end() - 1, status.size()));
    }
    if (headOnly) {
      head.sendHeadTo(connection);
    } else {
      send(head.headBytes(), file, range, connection);
    }
  }

  /**
   * Sends the head and a part of a file, the first bytes of both together: two short packets would
   * wait for each other. The buffer is ours only while the client has room for what is in it.
   */
  private void send(byte[] head, File file, Conditions.Range range, Connection connection) {
    byte[] ahead = head;
    long at = range.start();
    while (ahead.length > 0 || at < range.end()) {
      int sent;
      try (Buffer buffer = buffers.acquire()) {
        buffer.byteBuffer().put(ahead);
        int length = ahead.length + read(file, buffer, ahead.length, at, range.end());
        sent = connection.sendSome(buffer, length);
      }
      int ofHead = Math.min(sent, ahead.length);
      ahead = Arrays.copyOfRange(ahead, ofHead, ahead.length);
      at += sent - ofHead;
      if (sent == 0) {
        connection.awaitRoom();
      }
    }
  }

  private static int read(File file, Buffer buffer, int offset, long at, long end) {
    int wanted = (int) Math.min(buffer.sizeBytes() - offset, end - at);
    int read = file.read(buffer, offset, wanted, at);
    if (read < 0) {
      throw new SyscallException(
          dev.ringfence.abi.SyscallError.END_OF_FILE,
          "`" + file.name() + "` became shorter while it was sent");
    }
    return read;
  }
}
