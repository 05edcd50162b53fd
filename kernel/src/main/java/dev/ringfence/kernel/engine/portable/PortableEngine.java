// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel.engine.portable;

import dev.ringfence.abi.Rights;
import dev.ringfence.abi.SocketKind;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.kernel.engine.Completions;
import dev.ringfence.kernel.engine.Engine;
import dev.ringfence.kernel.engine.EngineQueue;
import dev.ringfence.kernel.engine.QueueOptions;
import dev.ringfence.kernel.engine.Resource;
import dev.ringfence.kernel.engine.SharedMemory;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * An engine of java.nio alone: on any operating system, on any {@link Path}.
 *
 * <p>File operations run on virtual threads, one each; pipes and sockets are served by one selector
 * thread. What it promises and where java.nio falls short of io_uring is in the package's
 * description.
 */
public final class PortableEngine implements Engine {

  /** What {@code --engine} takes. */
  public static final String NAME = "portable";

  private final boolean holdsDirectories;
  private final Readiness readiness = new Readiness();
  private final DatagramBuffers datagrams = new DatagramBuffers();

  /** Held shared by every walk; exclusively by what takes directories away from their names. */
  private final ReadWriteLock naming = new ReentrantReadWriteLock(true);

  private PortableEngine(boolean holdsDirectories) {
    this.holdsDirectories = holdsDirectories;
  }

  /** Opens an engine; it takes no thread and no descriptor before it is used. */
  public static PortableEngine open() {
    return new PortableEngine(true);
  }

  /** Opens an engine that works by paths alone, as where directories cannot be held open. */
  static PortableEngine openByPathsAlone() {
    return new PortableEngine(false);
  }

  ReadWriteLock naming() {
    return naming;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public SharedMemory allocate(long bytes) {
    return ArenaMemory.allocate(bytes);
  }

  @Override
  public EngineQueue openQueue(QueueOptions options, Completions completions) {
    return new PortableQueue(this, options, completions);
  }

  @Override
  public void awaitAny(List<EngineQueue> queues, long nanosMax) {
    PortableQueue.awaitAny(queues, nanosMax);
  }

  @Override
  public Resource openDirectory(Path path, boolean crossMounts) {
    try {
      Path real = path.toRealPath();
      if (!Files.readAttributes(real, BasicFileAttributes.class).isDirectory()) {
        throw new Refusal(SyscallError.NOT_A_DIRECTORY);
      }
      Boundary.refusePseudo(real);
      return grant(Place.open(real, holdsDirectories), crossMounts);
    } catch (IOException | RuntimeException e) {
      throw refused("directory", path, e);
    }
  }

  private Resource grant(Place place, boolean crossMounts) throws IOException {
    try {
      Boundary boundary = new Boundary(place.path(), place.own(), crossMounts);
      PathNames names = new PathNames(place.path().getFileSystem());
      return new DirectoryResource(this, place, boundary, names);
    } catch (IOException | RuntimeException e) {
      place.close();
      throw e;
    }
  }

  @Override
  public Resource openFile(Path path, long rights) {
    try {
      return openRegular(existing(path, (rights & Rights.CREATE) != 0), rights);
    } catch (IOException | RuntimeException e) {
      throw refused("file", path, e);
    }
  }

  private static Path existing(Path path, boolean create) throws IOException {
    try {
      return path.toRealPath();
    } catch (NoSuchFileException e) {
      if (!create) {
        throw e;
      }
    }
    try {
      Files.createFile(path);
    } catch (FileAlreadyExistsException e) {
      // another process was quicker, or it is a link to nothing: the next line tells
      return path.toRealPath();
    }
    return path.toRealPath();
  }

  private static Resource openRegular(Path real, long rights) throws IOException {
    BasicFileAttributes found = Place.attributesOf(real);
    if (found.isDirectory()) {
      throw new Refusal(SyscallError.IS_A_DIRECTORY);
    }
    if (!found.isRegularFile()) {
      throw new Refusal(SyscallError.PERMISSION_DENIED);
    }
    Boundary.refusePseudo(real);
    boolean writes = (rights & (Rights.WRITE | Rights.TRUNCATE)) != 0;
    boolean reads = (rights & Rights.READ) != 0 || !writes;
    Set<OpenOption> options = new HashSet<>(Set.of(Place.NO_FOLLOW));
    if (reads) {
      options.add(StandardOpenOption.READ);
    }
    if (writes) {
      options.add(StandardOpenOption.WRITE);
    }
    SeekableByteChannel channel = NamedPlace.openFile(real, options);
    return new FileResource(
        new FileResource.Channels(reads ? channel : null, writes ? channel : null, false),
        real,
        found);
  }

  private static SyscallException refused(String what, Path path, Exception e) {
    SyscallError error = Failures.errorOf(e);
    return new SyscallException(
        error, "cannot open the " + what + " " + path + ": " + error.displayName(), e);
  }

  /** {@inheritDoc} The same resource at each call, and for each engine of the process. */
  @Override
  public Resource standardStream(int number) {
    return switch (number) {
      case 0 -> StandardInput.shared();
      case 1 -> StandardOutput.out();
      case 2 -> StandardOutput.err();
      default -> throw new IllegalArgumentException("no standard stream has number " + number);
    };
  }

  @Override
  public Pipe pipe() {
    try {
      java.nio.channels.Pipe pipe = java.nio.channels.Pipe.open();
      pipe.source().configureBlocking(false);
      pipe.sink().configureBlocking(false);
      PipeSource source = new PipeSource(readiness, pipe.source());
      PipeSink sink = new PipeSink(readiness, pipe.sink(), source);
      source.connect(sink);
      return new Pipe(source, sink);
    } catch (IOException e) {
      SyscallError error = Failures.errorOf(e);
      throw new SyscallException(error, "cannot make a pipe: " + e.getMessage(), e);
    }
  }

  /** A socket of {@code family} and {@code kind}, as SOCKET_CREATE has them. */
  Resource createSocket(int family, int kind) throws IOException {
    return switch (kind) {
      case SocketKind.STREAM -> StreamSocket.create(readiness, family);
      case SocketKind.DATAGRAM -> DatagramSocket.create(readiness, datagrams, family);
      default -> throw new Refusal(SyscallError.INVALID_ARGUMENT);
    };
  }

  @Override
  public void close() {
    readiness.close();
  }
}
