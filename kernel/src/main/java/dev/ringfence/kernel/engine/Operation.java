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
 * <tr><td>POLL</td><td>resource FILE or PIPE, length = events; ready events</td></tr>
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
