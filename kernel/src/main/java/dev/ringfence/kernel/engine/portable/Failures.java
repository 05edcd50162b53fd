// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.SyscallError;
import dev.ringfence.kernel.engine.Log;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.PortUnreachableException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.ProviderMismatchException;
import java.nio.file.ReadOnlyFileSystemException;
import org.jspecify.annotations.Nullable;

/**
 * From what java.nio throws to a {@link SyscallError}: the one place, with the codes that the same
 * failure has on io_uring.
 *
 * <p>java.nio has classes for few errors and leaves the rest to the host's text: strerror(3) on
 * Unix, FormatMessage on Windows. Only English is recognised; any other text is {@code IoError}.
 */
final class Failures {

  /** Texts of strerror in glibc, musl and macOS, and of Windows, for which there is no class. */
  private static final Text[] TEXTS = {
    new Text("No space left on device", SyscallError.FILESYSTEM_FULL),
    new Text("not enough space on the disk", SyscallError.FILESYSTEM_FULL),
    new Text("quota exceeded", SyscallError.FILESYSTEM_FULL),
    new Text("File too large", SyscallError.FILESYSTEM_FULL),
    new Text("Read-only file system", SyscallError.READ_ONLY_FILESYSTEM),
    new Text("Is a directory", SyscallError.IS_A_DIRECTORY),
    new Text("Not a directory", SyscallError.NOT_A_DIRECTORY),
    new Text("not empty", SyscallError.DIRECTORY_NOT_EMPTY),
    new Text("oo many open files", SyscallError.TOO_MANY_OPEN),
    new Text("No file descriptors available", SyscallError.TOO_MANY_OPEN),
    new Text("symbolic link", SyscallError.PERMISSION_DENIED),
    new Text("not permitted", SyscallError.PERMISSION_DENIED),
    new Text("ermission denied", SyscallError.PERMISSION_DENIED),
    new Text("privilege is not held", SyscallError.PERMISSION_DENIED),
    new Text("being used by another process", SyscallError.BUSY),
    new Text("File name too long", SyscallError.NAME_TOO_LONG),
    new Text("Filename too long", SyscallError.NAME_TOO_LONG),
    new Text("Broken pipe", SyscallError.BROKEN_PIPE),
    new Text("pipe is being closed", SyscallError.BROKEN_PIPE),
    new Text("resource busy", SyscallError.BUSY),
    new Text("Resource busy", SyscallError.BUSY),
    new Text("Text file busy", SyscallError.BUSY),
    new Text("temporarily unavailable", SyscallError.WOULD_BLOCK),
    new Text("ross-device link", SyscallError.CROSS_DEVICE_LINK),
    new Text("No such file", SyscallError.NOT_FOUND),
    new Text("File exists", SyscallError.ALREADY_EXISTS),
    new Text("annot allocate memory", SyscallError.OUT_OF_MEMORY),
    new Text("Out of memory", SyscallError.OUT_OF_MEMORY),
    new Text("Invalid argument", SyscallError.INVALID_ARGUMENT),
    new Text("not a multiple of the block size", SyscallError.NOT_ALIGNED), // DIRECT
    new Text("llegal seek", SyscallError.INVALID_SEEK),
    new Text("onnection refused", SyscallError.CONNECTION_REFUSED),
    new Text("actively refused", SyscallError.CONNECTION_REFUSED),
    new Text("onnection reset", SyscallError.CONNECTION_RESET),
    new Text("forcibly closed", SyscallError.CONNECTION_RESET),
    new Text("onnection abort", SyscallError.CONNECTION_ABORTED),
    new Text("ddress already in use", SyscallError.ADDRESS_IN_USE),
    new Text("assign requested address", SyscallError.ADDRESS_NOT_AVAILABLE),
    new Text("etwork is unreachable", SyscallError.NETWORK_UNREACHABLE),
    new Text("etwork is down", SyscallError.NETWORK_UNREACHABLE),
    new Text("o route to host", SyscallError.HOST_UNREACHABLE),
    new Text("ost is unreachable", SyscallError.HOST_UNREACHABLE),
    new Text("ost is down", SyscallError.HOST_UNREACHABLE),
    new Text("timed out", SyscallError.TIMEOUT),
    new Text("already connected", SyscallError.INVALID_STATE),
    new Text("not connected", SyscallError.NOT_CONNECTED),
    new Text("Message too long", SyscallError.INVALID_ARGUMENT),
    new Text("send to port 0", SyscallError.INVALID_ARGUMENT), // java.nio's own words
    new Text("domain path too long", SyscallError.NAME_TOO_LONG), // and these
    new Text("not supported", SyscallError.NOT_IMPLEMENTED),
    new Text("not implemented", SyscallError.NOT_IMPLEMENTED),
  };

  private Failures() {}

  /** The error that {@code thrown} means. What has no meaning here is logged. */
  static SyscallError errorOf(Throwable thrown) {
    return switch (thrown) {
      case Refusal refusal -> refusal.error();
      case UncheckedIOException e -> ofCause(e);
      case DirectoryIteratorException e -> ofCause(e);
      case FileSystemException e -> ofFileSystem(e);
      case FileNotFoundException _ -> SyscallError.NOT_FOUND;
      case ClosedChannelException _ -> SyscallError.INVALID_STATE;
      case PortUnreachableException _ -> SyscallError.CONNECTION_REFUSED;
      case IOException e -> ofText(e.getMessage());
      case OutOfMemoryError _ -> SyscallError.OUT_OF_MEMORY;
      default -> ofUnchecked(thrown);
    };
  }

  private static SyscallError ofCause(Throwable wrapper) {
    Throwable cause = wrapper.getCause();
    return cause == null ? SyscallError.IO_ERROR : errorOf(cause);
  }

  private static SyscallError ofFileSystem(FileSystemException e) {
    return switch (e) {
      case NoSuchFileException _ -> SyscallError.NOT_FOUND;
      case FileAlreadyExistsException _ -> SyscallError.ALREADY_EXISTS;
      case AccessDeniedException _ -> SyscallError.PERMISSION_DENIED;
      case NotDirectoryException _ -> SyscallError.NOT_A_DIRECTORY;
      case DirectoryNotEmptyException _ -> SyscallError.DIRECTORY_NOT_EMPTY;
      case FileSystemLoopException _ -> SyscallError.PERMISSION_DENIED;
      case AtomicMoveNotSupportedException _ -> SyscallError.CROSS_DEVICE_LINK;
      case NotLinkException _ -> SyscallError.INVALID_ARGUMENT;
      default -> ofText(e.getReason());
    };
  }

  private static SyscallError ofUnchecked(Throwable thrown) {
    return switch (thrown) {
      case ReadOnlyFileSystemException _ -> SyscallError.READ_ONLY_FILESYSTEM;
      case ProviderMismatchException _ -> SyscallError.CROSS_DEVICE_LINK;
      case NonReadableChannelException _ -> SyscallError.PERMISSION_DENIED;
      case NonWritableChannelException _ -> SyscallError.PERMISSION_DENIED;
      case SecurityException _ -> SyscallError.PERMISSION_DENIED;
      case ClosedFileSystemException _ -> SyscallError.INVALID_STATE;
      case ClosedDirectoryStreamException _ -> SyscallError.INVALID_STATE;
      case UnsupportedOperationException _ -> SyscallError.NOT_IMPLEMENTED;
      case NotYetConnectedException _ -> SyscallError.NOT_CONNECTED;
      case AlreadyConnectedException _ -> SyscallError.INVALID_STATE;
      case AlreadyBoundException _ -> SyscallError.INVALID_STATE;
      case ConnectionPendingException _ -> SyscallError.BUSY;
      case IllegalArgumentException _ -> SyscallError.INVALID_ARGUMENT;
      default -> {
        Log.internalError(thrown);
        yield SyscallError.INTERNAL_ERROR;
      }
    };
  }

  private static SyscallError ofText(@Nullable String text) {
    if (text != null) {
      for (Text known : TEXTS) {
        if (text.contains(known.part())) {
          return known.error();
        }
      }
    }
    return SyscallError.IO_ERROR;
  }

  /** A part of the host's words, without letters whose case differs between hosts. */
  private record Text(String part, SyscallError error) {}
}
