// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.OpenFlags;
import dev.ringfence.abi.Rights;

/**
 * How to open a file: which rights the new capability should carry, and what to do with the name.
 *
 * <pre>{@code
 * directory.open("log", OpenOptions.writing().create().append());
 * }</pre>
 *
 * @param needed rights that the directory must have, else the open is denied
 * @param useful rights that are taken along if the directory has them
 * @param flags bits of {@link OpenFlags}
 * @param mode permission bits of a file that is made, before the host's umask
 */
public record OpenOptions(long needed, long useful, int flags, int mode) {

  private static final long COMPANIONS = Rights.SEEK | Rights.MAP | Rights.STAT | Rights.DUP;
  private static final int MODE_DEFAULT = 0666;

  /** Read, and what goes with it. */
  public static OpenOptions reading() {
    return rights(Rights.READ, COMPANIONS);
  }

  /** Write, and what goes with it. */
  public static OpenOptions writing() {
    return rights(Rights.WRITE, COMPANIONS | Rights.TRUNCATE);
  }

  /** Read and write. */
  public static OpenOptions readingAndWriting() {
    return rights(Rights.READ | Rights.WRITE, COMPANIONS | Rights.TRUNCATE);
  }

  /** Exactly these rights. */
  public static OpenOptions rights(long needed) {
    return rights(needed, 0);
  }

  /** Makes the file if it is missing. The directory must have CREATE. */
  public OpenOptions create() {
    return with(OpenFlags.CREATE);
  }

  /** Makes the file; that it is there already is an error. The directory must have CREATE. */
  public OpenOptions createNew() {
    return with(OpenFlags.CREATE | OpenFlags.EXCLUSIVE);
  }

  /** Empties the file. Needs TRUNCATE. */
  public OpenOptions truncate() {
    return new OpenOptions(needed | Rights.TRUNCATE, useful, flags | OpenFlags.TRUNCATE, mode);
  }

  /** It can be sent through a {@link Channel}. Needs TRANSFER. */
  public OpenOptions transferable() {
    return new OpenOptions(needed | Rights.TRANSFER, useful, flags, mode);
  }

  /** Every write goes to the end of the file. */
  public OpenOptions append() {
    return with(OpenFlags.APPEND);
  }

  /** Refuses a symbolic link as the last part of the path. */
  public OpenOptions noFollow() {
    return with(OpenFlags.NO_FOLLOW);
  }

  /** Passes by the host's page cache: buffers, offsets and lengths must be aligned to blocks. */
  public OpenOptions direct() {
    return with(OpenFlags.DIRECT);
  }

  /** Permission bits of a file that is made, such as 0600. */
  public OpenOptions mode(int permissionBits) {
    return new OpenOptions(needed, useful, flags, permissionBits);
  }

  private static OpenOptions rights(long needed, long useful) {
    return new OpenOptions(needed, useful, 0, MODE_DEFAULT);
  }

  private OpenOptions with(int more) {
    return new OpenOptions(needed, useful, flags | more, mode);
  }
}
