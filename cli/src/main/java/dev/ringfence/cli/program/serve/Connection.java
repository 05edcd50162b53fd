// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program.serve;

import dev.ringfence.cli.program.serve.Request.Malformed;
import dev.ringfence.user.Buffer;
import dev.ringfence.user.StreamSocket;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;

/**
 * One client: requests one after the other, also several that came at once, until one of the two
 * has enough.
 *
 * <p>A client has to finish its request's head in {@link #REQUEST_TIME} and to take something of an
 * answer in {@link #STALL_TIME}. While it lets us wait we hold a few bytes of heap and nothing
 * else: a buffer is borrowed when there is something to receive or room to send.
 */
final class Connection {

  private static final Duration IDLE_TIME = Duration.ofSeconds(60);
  private static final Duration REQUEST_TIME = Duration.ofSeconds(10);
  private static final Duration STALL_TIME = Duration.ofSeconds(20);
  private static final Duration FAREWELL_TIME = Duration.ofSeconds(2);
  private static final int HEAD_BYTES_MAX = 16 << 10;
  private static final int FAREWELL_BYTES_MAX = 1 << 20;
  private static final byte[] HEAD_END = {'\r', '\n', '\r', '\n'};

  private final StreamSocket socket;
  private final Site site;
  private final Deadlines.Watch watch;

  /** What was received and not yet answered. */
  private byte[] input = new byte[512];

  private int inputLength;

  Connection(StreamSocket socket, Site site, Deadlines.Watch watch) {
    this.socket = socket;
    this.site = site;
    this.watch = watch;
  }

  void run() {
    boolean goesOn = true;
    while (goesOn) {
      int headLength = awaitHead();
      if (headLength < 0) {
        return;
      }
      watch.allow(STALL_TIME);
      goesOn = answer(headLength);
    }
  }

  /** Waits until a whole head is there: its length, or -1 if there will be none. */
  private int awaitHead() {
    int end = endOfHead(0);
    watch.allow(inputLength == 0 ? IDLE_TIME : REQUEST_TIME);
    while (end < 0) {
      if (inputLength >= HEAD_BYTES_MAX) {
        refuse(Status.FIELDS_TOO_LARGE);
        return -1;
      }
      boolean first = inputLength == 0;
      int before = inputLength;
      if (!receive()) {
        return -1;
      }
      if (first) {
        watch.allow(REQUEST_TIME);
      }
      end = endOfHead(Math.max(0, before - HEAD_END.length));
    }
    return end;
  }

  private boolean receive() {
    int count = 0;
    while (count == 0) {
      socket.awaitReadable();
      try (Buffer buffer = site.buffers().acquire()) {
        int most = Math.min(buffer.sizeBytes(), HEAD_BYTES_MAX);
        count = socket.receiveNow(buffer, 0, most);
        if (count > 0) {
          append(buffer.segment(), count);
        }
      }
    }
    return count > 0;
  }

  private void append(MemorySegment from, int count) {
    if (inputLength + count > input.length) {
      input = Arrays.copyOf(input, Math.max(inputLength + count, input.length * 2));
    }
    MemorySegment.copy(from, 0, MemorySegment.ofArray(input), inputLength, count);
    inputLength += count;
  }

  private int endOfHead(int from) {
    int last = inputLength - HEAD_END.length;
    for (int i = from; i <= last; i++) {
      if (Arrays.equals(input, i, i + HEAD_END.length, HEAD_END, 0, HEAD_END.length)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Says no and ends. What the client still sends is read for a while: closing a connection with
   * unread bytes would reset it, and the answer might never arrive.
   */
  private void refuse(Status status) {
    Response.of(status).closing().sendTo(this);
    watch.allow(FAREWELL_TIME);
    socket.shutdownOutput();
    int heard = 0;
    while (heard < FAREWELL_BYTES_MAX && receive()) {
      heard += inputLength;
      inputLength = 0;
    }
  }

  private boolean answer(int headLength) {
    Request request;
    try {
      request = Request.parse(input, headLength);
    } catch (Malformed e) {
      refuse(e.status);
      return false;
    }
    int used = headLength + HEAD_END.length;
    System.arraycopy(input, used, input, 0, inputLength - used);
    inputLength -= used;
    site.answer(request, this);
    return request.keepsAlive();
  }

  // ---- for answers -----------------------------------------------------------------------------

  /** Sends bytes; each time the client takes some, it has time for the next. */
  void send(byte[] bytes) {
    int sent = 0;
    while (sent < bytes.length) {
      int some;
      try (Buffer buffer = site.buffers().acquire()) {
        int length = Math.min(bytes.length - sent, buffer.sizeBytes());
        MemorySegment.copy(MemorySegment.ofArray(bytes), sent, buffer.segment(), 0, length);
        some = sendSome(buffer, length);
      }
      sent += some;
      if (some == 0) {
        socket.awaitWritable();
      }
    }
  }

  /** Sends what there is room for of the beginning of a buffer: 0 if there is none. */
  int sendSome(Buffer buffer, int length) {
    int sent = socket.sendNow(buffer, 0, length);
    if (sent > 0) {
      watch.allow(STALL_TIME);
    }
    return sent;
  }

  void awaitRoom() {
    socket.awaitWritable();
  }
}
