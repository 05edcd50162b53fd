// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine;

import dev.ringfence.abi.OpCode;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * One operation as an engine sees it: judged, resolved, bounded.
 *
 * <p>A flat record that the kernel owns, fills and reuses, so that the hot path allocates nothing.
 * Every field was copied out of shared memory once and checked; addresses are offsets into {@link
 * #memory} that lie within the domain's arena. The fields are written by the kernel before {@link
 * EngineQueue#start} and stay unchanged until completion, but for those marked as the engine's.
 *
 * <table>
 * <caption>What each code uses</caption>
 * <tr><th>code</th><th>fields; result</th></tr>
 * <tr><td>READ, WRITE</td><td>resource FILE or PIPE, memoryOffset, length (at most {@link
 *     #TRANSFER_MAX}), offset (-1 for a PIPE), registeredBuffer; bytes moved, 0: the end</td></tr>
 * <tr><td>OPEN</td><td>resource DIRECTORY, path, flags (OpenFlags), mode, rights (READ and WRITE
 *     decide the access mode); {@link Completions#opened}</td></tr>
 * <tr><td>FSYNC</td><td>resource FILE or DIRECTORY, flags (data only); 0</td></tr>
 * <tr><td>POLL</td><td>resource FILE, PIPE or SOCKET, length = events; ready events</td></tr>
 * <tr><td>STAT</td><td>resource FILE or DIRECTORY, path (empty: the resource itself), flags; writes
 *     a {@link dev.ringfence.abi.FileStatus} at memoryOffset; 0</td></tr>
 * <tr><td>TRUNCATE</td><td>resource FILE, offset = new size; 0</td></tr>
 * <tr><td>LIST</td><td>resource DIRECTORY, memoryOffset, length, offset = cookie; writes {@link
 *     dev.ringfence.abi.DirectoryEntry} records; bytes written (0: the end), value = next
 *     cookie</td></tr>
 * <tr><td>MAKE_DIRECTORY</td><td>resource DIRECTORY, path, mode; 0</td></tr>
 * <tr><td>REMOVE</td><td>resource DIRECTORY, path, flags (a directory); 0</td></tr>
 * <tr><td>RENAME</td><td>resource, secondResource DIRECTORY, path, secondPath, flags; 0</td></tr>
 * <tr><td>SYMLINK</td><td>resource DIRECTORY, path, secondPath = target text; 0</td></tr>
 * <tr><td>LINK</td><td>resource and secondResource DIRECTORY, path, secondPath; 0</td></tr>
 * <tr><td>ALLOCATE, ADVISE, SYNC_RANGE</td><td>resource FILE, offset, rangeBytes (0: to the end,
 *     but for ALLOCATE), flags; 0</td></tr>
 * <tr><td>COPY_RANGE, SPLICE, TEE</td><td>resource and secondResource, length (at most {@link
 *     #TRANSFER_MAX}), offset and secondOffset (-1 for a PIPE); bytes, 0 at the end</td></tr>
 * <tr><td>SET_ATTRIBUTES</td><td>resource FILE or DIRECTORY, path (empty: the resource itself),
 *     flags = AttributeFlags, mode, offset = modified, secondOffset = accessed; 0</td></tr>
 * <tr><td>SOCKET_CREATE</td><td>flags = family, mode = kind; {@link Completions#opened}</td></tr>
 * <tr><td>BIND, CONNECT</td><td>resource SOCKET, endpoint; 0</td></tr>
 * <tr><td>LISTEN, SHUTDOWN</td><td>resource SOCKET, length = backlog, flags = directions;
 *     0</td></tr>
 * <tr><td>ACCEPT</td><td>resource SOCKET; endpoint; {@link Completions#opened}</td></tr>
 * <tr><td>SEND, SEND_MESSAGE, SEND_ZERO_COPY</td><td>resource SOCKET, memoryOffset, length, flags
 *     (SendFlags), endpoint; bytes; zero copy tells {@link Completions#sent} first</td></tr>
 * <tr><td>RECV, RECV_MESSAGE</td><td>resource SOCKET, memoryOffset, length, flags (ReceiveFlags);
 *     bytes, endpoint, value = the datagram's length, nonEmpty</td></tr>
 * <tr><td>SOCKET_NAME, PEER_NAME</td><td>resource SOCKET; 0, endpoint</td></tr>
 * <tr><td>GET_OPTION, SET_OPTION</td><td>resource SOCKET, flags = SocketOption, offset = value; 0,
 *     value</td></tr>
 * <tr><td>READ_LINK</td><td>resource DIRECTORY, path, memoryOffset, length; bytes</td></tr>
 * </table>
 *
 * <p>A path is 1 to 4095 bytes of valid UTF-8 without NUL, relative, each name at most 255 bytes;
 * staying beneath the directory (against {@code ..}, symbolic links, mounts, magic links) is the
 * engine's to see to, and leaving it is {@code PermissionDenied}.
 */
public abstract class Operation {

  /** The most bytes that one READ or WRITE moves: between pieces the kernel looks at revocation. */
  public static final int TRANSFER_MAX = 1 << 20;

  public OpCode code = OpCode.NOP;
  public @Nullable Resource resource;
  public @Nullable Resource secondResource;
  public MemorySegment memory = MemorySegment.NULL;
  public long memoryOffset;
  public int length;
  public int registeredBuffer = -1;
  public long offset;
  public int flags;
  public int mode;
  public long rights;
  public byte[] path = NO_PATH;
  public byte[] secondPath = NO_PATH;

  /** Bytes of a range that no memory belongs to, such as ALLOCATE's. */
  public long rangeBytes;

  /** The offset in {@link #secondResource}; -1 for a PIPE. */
  public long secondOffset;

  /**
   * An address: the kernel's for CONNECT, BIND and SEND_MESSAGE (null there: the peer), the
   * engine's answer for ACCEPT, RECV_MESSAGE, SOCKET_NAME and PEER_NAME (null: there is none).
   */
  public @Nullable Endpoint endpoint;

  /** The engine's hint that a socket has more to receive. */
  public boolean nonEmpty;

  /** The caller's thread must not block on the host: path operations go to a worker. */
  public boolean onWorker;

  /** The engine's second result: LIST's next cookie. */
  public long value;

  /** The engine's own, to find its state for this operation; the kernel never touches it. */
  public @Nullable Object engineState;

  /** The engine's own, such as a slot number. */
  public int engineIndex = -1;

  /** No path: the resource itself. */
  public static final byte[] NO_PATH = {};

  protected Operation() {}
}
