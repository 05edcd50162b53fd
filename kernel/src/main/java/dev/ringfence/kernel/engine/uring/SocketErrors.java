// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Operation;
import dev.ringfence.linux.Errno;
import dev.ringfence.linux.SocketCalls;

/** Linux's errors of socket operations, where they mean something else than {@link Errors} says. */
final class SocketErrors {

  private SocketErrors() {}

  /** Minus the code of a {@link SyscallError}, for minus an errno; a success stays. */
  static long typed(Operation operation, LinuxSocket socket, long result) {
    Errno errno = Errno.ofResult(result);
    if (errno == null) {
      return Errors.typed(result);
    }
    boolean unix = socket.family == SocketCalls.AF_UNIX;
    SyscallError error =
        switch (operation.code) {
          case LISTEN, ACCEPT ->
              switch (errno) {
                case EINVAL, EOPNOTSUPP -> SyscallError.INVALID_STATE;
                default -> null;
              };
          case CONNECT ->
              switch (errno) {
                case EINVAL -> unix ? SyscallError.INVALID_STATE : SyscallError.INVALID_ARGUMENT;
                case EAFNOSUPPORT -> SyscallError.INVALID_ARGUMENT;
                default -> null;
              };
          case SEND, SEND_MESSAGE, SEND_ZERO_COPY ->
              switch (errno) {
                // of a stream that never had a peer
                case EPIPE -> socket.connected ? null : SyscallError.NOT_CONNECTED;
                // an address for what has a peer for good
                case EOPNOTSUPP -> SyscallError.INVALID_STATE;
                case EAFNOSUPPORT -> SyscallError.INVALID_ARGUMENT;
                default -> null;
              };
          case RECV, RECV_MESSAGE ->
              switch (errno) {
                case EINVAL -> unix ? SyscallError.NOT_CONNECTED : null;
                default -> null;
              };
          case SET_OPTION ->
              switch (errno) {
                // the value is in range: it comes too late, or too early
                case EINVAL -> SyscallError.INVALID_STATE;
                default -> null;
              };
          default -> null;
        };
    return error == null ? Errors.typed(result) : error.result();
  }
}
