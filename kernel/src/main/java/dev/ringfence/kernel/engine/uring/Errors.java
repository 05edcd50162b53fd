// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.uring;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Log;
import dev.ringfence.linux.Errno;

/** Linux's errors in our words: the one place where an errno becomes a {@link SyscallError}. */
final class Errors {

  private Errors() {}

  /** The result of a call with minus a SyscallError's code in the place of minus an errno. */
  static long typed(long result) {
    return result >= 0 ? result : of(result).result();
  }

  /** The error of a call's result below 0. */
  static SyscallError of(long result) {
    Errno errno = Errno.ofResult(result);
    if (errno == null) {
      return unmapped(result);
    }
    return switch (errno) {
      case EPERM, EACCES, ELOOP -> SyscallError.PERMISSION_DENIED;
      // openat2 answers this to a path that would leave the directory; renames across file systems
      // are told apart where they are made
      case EXDEV -> SyscallError.PERMISSION_DENIED;
      case ENOENT -> SyscallError.NOT_FOUND;
      case ENXIO, ENODEV -> SyscallError.NOT_FOUND;
      case EINTR -> SyscallError.INTERRUPTED;
      case EIO, EREMOTEIO, EBADMSG, EUCLEAN, ESTALE, ENODATA -> SyscallError.IO_ERROR;
      case EAGAIN -> SyscallError.WOULD_BLOCK;
      case ENOMEM, ENOBUFS -> SyscallError.OUT_OF_MEMORY;
      case EFAULT -> SyscallError.INVALID_ADDRESS;
      case EBUSY, EALREADY, EINPROGRESS, ETXTBSY, EDEADLK, ENOLCK -> SyscallError.BUSY;
      case EEXIST -> SyscallError.ALREADY_EXISTS;
      case ENOTDIR -> SyscallError.NOT_A_DIRECTORY;
      case EISDIR -> SyscallError.IS_A_DIRECTORY;
      case EINVAL, E2BIG, ERANGE, EDOM, EILSEQ, EMSGSIZE, EPROTOTYPE, ENOTSOCK ->
          SyscallError.INVALID_ARGUMENT;
      case ENFILE, EMFILE, EUSERS -> SyscallError.TOO_MANY_OPEN;
      case EOVERFLOW -> SyscallError.INVALID_ARGUMENT;
      case ENOSPC, EDQUOT, EMLINK, EFBIG -> SyscallError.FILESYSTEM_FULL;
      case ESPIPE -> SyscallError.INVALID_SEEK;
      case EROFS -> SyscallError.READ_ONLY_FILESYSTEM;
      case EPIPE, ESHUTDOWN -> SyscallError.BROKEN_PIPE;
      case ENAMETOOLONG -> SyscallError.NAME_TOO_LONG;
      case ENOSYS,
          EOPNOTSUPP,
          EPROTONOSUPPORT,
          ESOCKTNOSUPPORT,
          EPFNOSUPPORT,
          EAFNOSUPPORT,
          ENOPROTOOPT,
          ENOTTY ->
          SyscallError.NOT_IMPLEMENTED;
      case ENOTEMPTY -> SyscallError.DIRECTORY_NOT_EMPTY;
      case ETIME, ETIMEDOUT -> SyscallError.TIMEOUT;
      case ECANCELED -> SyscallError.OPERATION_CANCELLED;
      case ECONNRESET, ENETRESET -> SyscallError.CONNECTION_RESET;
      case ECONNREFUSED -> SyscallError.CONNECTION_REFUSED;
      case ECONNABORTED, EPROTO -> SyscallError.CONNECTION_ABORTED;
      case ENOTCONN, EDESTADDRREQ -> SyscallError.NOT_CONNECTED;
      case EISCONN -> SyscallError.INVALID_STATE;
      case EADDRINUSE -> SyscallError.ADDRESS_IN_USE;
      case EADDRNOTAVAIL -> SyscallError.ADDRESS_NOT_AVAILABLE;
      case ENETUNREACH, ENETDOWN, ENONET -> SyscallError.NETWORK_UNREACHABLE;
      case EHOSTUNREACH, EHOSTDOWN -> SyscallError.HOST_UNREACHABLE;
      case ESRCH, ECHILD -> SyscallError.NO_SUCH_PROCESS;
      case ENOEXEC -> SyscallError.INVALID_EXECUTABLE;
      default -> unmapped(result);
    };
  }

  private static SyscallError unmapped(long result) {
    Log.warning("Linux answered an error without a meaning here: errno {0}", -result);
    return SyscallError.INTERNAL_ERROR;
  }
}
