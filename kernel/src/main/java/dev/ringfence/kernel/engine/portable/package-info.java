// SPDX-License-Identifier: Apache-2.0
/**
 * The engine that runs anywhere: java.nio, virtual threads, no native code.
 *
 * <p>Start with {@link dev.ringfence.kernel.engine.portable.PortableEngine}, the only public class,
 * then {@code PortableQueue} (how work leaves and comes home), {@code Walk} (how a path is kept
 * beneath its directory) and {@code WaitingStream} and {@code SocketResource} (how thousands of
 * operations wait on one pipe or socket).
 *
 * <p>It keeps promise 7 of the design, the same results as io_uring, as tightly as java.nio can.
 * The places where java.nio cannot are these; each is repeated where it is in the code.
 *
 * <p><b>Confinement.</b> Paths are walked one name at a time, links are resolved here and never by
 * the host, and every object is opened without following links. Where the file system offers {@link
 * java.nio.file.SecureDirectoryStream} (Linux does) each step is relative to an open directory, so
 * opening, removing and renaming cannot be led outside, whatever is renamed meanwhile. The rest is
 * weaker:
 *
 * <ul>
 *   <li>Domains of one engine cannot race each other: a rename or removal waits until no walk is
 *       under way. <em>Other processes</em> that may rename inside a granted directory can.
 *   <li>java.nio has no directory-relative call to make a directory or a link, to read a link, or
 *       to stat in full. Those use a path whose last directory was checked against the open one
 *       just before; another process that wins that race gets an empty directory or a link made
 *       elsewhere, or the text of another link read. What STAT reports is checked by identity
 *       afterwards.
 *   <li>The same holds for a hard link, for the attributes of an open file, and for the name of a
 *       Unix socket: the path is checked just before, and a symbolic link is refused. A Unix socket
 *       also has to fit into the host's {@code sun_path} with the path of its directory (104 to 108
 *       bytes), else {@code NameTooLong}.
 *   <li>Without such directories (Windows, most other file systems) every step is such a path.
 *   <li>Kinds are checked before opening, since java.nio cannot open without side effects: another
 *       process that swaps a file for a named pipe in that moment can make the operation wait.
 *   <li>Mounts are told apart by device number, elsewhere by file store: a bind mount of the same
 *       file system is not noticed. A pseudo file system is refused when the host tells its type.
 *   <li>A granted directory that is renamed on the host keeps working for opening, removing and
 *       renaming; making directories and links in it, and following links, becomes {@code
 *       NotFound}.
 * </ul>
 *
 * <p><b>Results.</b> RENAME with EXCHANGE is {@code NotImplemented}; NO_REPLACE is atomic only
 * among this engine's own operations. STAT's allocated bytes are the size rounded up, its block
 * size is 4096. A symbolic link's text loses doubled and trailing slashes. Growing a file by
 * TRUNCATE writes its last byte. Errors that java.nio reports by text alone are recognised in
 * English only, and are {@code IoError} otherwise. An io operation that has begun is not stopped by
 * a cancel; a write to a standard stream that nobody reads is one.
 *
 * <p><b>Files.</b> ALLOCATE takes no room and gives none back: it grows a file and zeroes ranges.
 * SYNC_RANGE forces the whole file, ADVISE does nothing, TEE is {@code NotImplemented}. Attributes
 * of named pipes, sockets and devices are {@code PermissionDenied}. A symbolic link can be linked
 * on Linux only; elsewhere the host might follow it, so it is {@code NotImplemented}. SPLICE moves
 * at most 64 KiB; while it waits for room in its target, those who read its source wait behind it.
 *
 * <p><b>Sockets.</b> No Unix datagrams; options IPV6_ONLY and ERROR are {@code NotImplemented}, and
 * buffer sizes are as java.nio tells them. java.nio listens with another object than it connects
 * with: LISTEN gives the address of BIND up for a moment, and a Unix socket its name; whoever takes
 * it then makes LISTEN say {@code AddressInUse}. A listening socket keeps its first backlog. After
 * a CONNECT that failed, an address from BIND is lost. A connected datagram socket sends to its
 * peer only ({@code NotImplemented}), and no empty datagrams. After SHUTDOWN of READ a TCP socket
 * receives what has arrived, and a Unix socket at most 64 KiB of it. A poll for HUP alone hears of
 * it only when what has arrived before is received. PEEK sees at most 64 KiB. A full queue of a
 * Unix listener is tried again every 5 ms. SEND_ZERO_COPY copies, MORE is ignored.
 */
@NullMarked
package dev.ringfence.kernel.engine.portable;

import org.jspecify.annotations.NullMarked;
