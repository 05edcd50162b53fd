// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A socket that takes connections. On virtual threads a server is a plain loop:
 *
 * <pre>{@code
 * try (Listener listener = network.listen()) {
 *   for (StreamSocket peer : listener) {
 *     Thread.startVirtualThread(() -> serve(peer));
 *   }
 * }
 * }</pre>
 *
 * <p>The loop ends when the listener is closed or revoked, by any thread.
 */
public final class Listener extends Socket implements Iterable<StreamSocket> {

  Listener(DirectSubmission calls, Authority authority, String name, long id, long rights) {
    super(calls, authority, name, id, rights);
  }

  void listen(int backlog) {
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.LISTEN, id()).length(backlog).run("listen at", this, null);
    }
  }

  /** Waits for a connection; the socket can send, receive and be shut down. Needs NET_ACCEPT. */
  public StreamSocket accept() {
    return accept(
        rights()
            & (Rights.NET_SEND | Rights.NET_RECV | Rights.CLOSE | Rights.DUP | Rights.TRANSFER));
  }

  /** Waits for a connection; its socket has these rights, a subset of the listener's. */
  public StreamSocket accept(long wanted) {
    try (Slot slot = calls().slot()) {
      slot.begin(OpCode.ACCEPT, id()).auxiliary(0, wanted).run("accept at", this, null);
      return new StreamSocket(calls(), authority(), name() + " peer", slot.value(), wanted);
    }
  }

  /**
   * {@link #accept()}. Cancelling loses no connection: either the wait ends before it took one, or
   * {@code cancel} answers false and the future has it.
   */
  public CompletableFuture<StreamSocket> acceptAsync() {
    return Async.take(this::accept);
  }

  /**
   * The connections as they come; each must be closed by whoever takes it. The loop ends when the
   * listener does; any other failure is thrown.
   */
  @Override
  public Iterator<StreamSocket> iterator() {
    return new Connections();
  }

  private final class Connections implements Iterator<StreamSocket> {

    private @Nullable StreamSocket next;
    private boolean over;

    @Override
    public boolean hasNext() {
      if (next == null && !over) {
        try {
          next = accept();
        } catch (IllegalStateException e) {
          over = true; // closed between two connections
        } catch (SyscallException e) {
          over = true;
          if (!isEnd(e.error())) {
            throw e;
          }
        }
      }
      return next != null;
    }

    @Override
    public StreamSocket next() {
      if (!hasNext() || next == null) {
        throw new NoSuchElementException("the listener has ended");
      }
      StreamSocket taken = next;
      next = null;
      return taken;
    }
  }

  private static boolean isEnd(SyscallError error) {
    return switch (error) {
      case CAPABILITY_REVOKED, INVALID_HANDLE, OPERATION_CANCELLED, INVALID_STATE -> true;
      default -> false;
    };
  }
}
