// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.user;

import dev.ringfence.abi.CapabilityStatus;
import dev.ringfence.abi.CapabilityType;
import dev.ringfence.abi.InfoPage;
import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.RingContext;
import dev.ringfence.abi.SyscallError;
import dev.ringfence.abi.SyscallException;
import dev.ringfence.abi.SyscallResult;
import dev.ringfence.abi.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * A domain as its program sees it: what it was granted, by petname, and its memory. There is one
 * session a domain, for the arena has one owner. Any thread.
 */
public final class Session implements AutoCloseable {

  private static final int BUFFER_BYTES = 64 << 10;
  private static final int BUFFERS_MAX = 64;

  private final SystemCalls door;
  private final Remedy remedy;
  private final ArenaMemory arena;
  private final DirectSubmission calls;
  private final List<Grant> grants;
  private final ConcurrentMap<String, Capability> opened = new ConcurrentHashMap<>();
  private final BufferPool buffers;

  private Session(SystemCalls door, long base, Remedy remedy) {
    this.door = door;
    this.remedy = remedy;
    this.arena = ArenaMemory.of(door, base);
    this.calls = new DirectSubmission(door, arena);
    this.grants = readGrants(door.sharedMemory(), base);
    int count = Math.clamp(arena.sizeBytes() / 8 / BUFFER_BYTES, 1, BUFFERS_MAX);
    this.buffers = new BufferPool(arena, BUFFER_BYTES, count, calls);
  }

  /**
   * Opens the session of the domain behind {@code door}, as the one that owns its arena.
   *
   * @throws SyscallException if the kernel refuses the one small ring that leads to info page and
   *     arena
   */
  public static Session over(SystemCalls door) {
    return over(door, Remedy.PLAIN);
  }

  /** {@link #over(SystemCalls)} by a host that can say how grants are widened. */
  public static Session over(SystemCalls door, Remedy remedy) {
    return switch (new Syscalls(door).setup(1, 0)) {
      case SyscallResult.Ok<Long>(Long base) -> new Session(door, base, remedy);
      case SyscallResult.Err<Long>(var error) ->
          throw new SyscallException(
              error, "cannot open the session: the kernel makes no ring: " + error.description());
    };
  }

  /** Everything that was granted at the start. */
  public List<Grant> grants() {
    return grants;
  }

  /**
   * The grant {@code petname}, whatever it is; {@code switch} over the result. The same object each
   * time: closing it gives the grant up.
   *
   * @throws SyscallException with {@code NotFound}
   */
  public Capability grant(String petname) {
    return capability(petname, CapabilityType.DIRECTORY);
  }

  /** The grant {@code petname}, a directory. */
  public Directory directory(String petname) {
    return capability(petname, CapabilityType.DIRECTORY, Directory.class, "a directory");
  }

  /** The grant {@code petname}, a file. */
  public File file(String petname) {
    return capability(petname, CapabilityType.FILE, File.class, "a file");
  }

  /** The grant {@code petname}, a network. */
  public Network network(String petname) {
    return capability(petname, CapabilityType.NETWORK, Network.class, "a network");
  }

  /** The grant {@code petname}, a stream to read from. */
  public PipeSource source(String petname) {
    return capability(petname, CapabilityType.PIPE, PipeSource.class, "a stream to read from");
  }

  /** The grant {@code petname}, a stream to write to. */
  public PipeSink sink(String petname) {
    return capability(petname, CapabilityType.PIPE, PipeSink.class, "a stream to write to");
  }

  /** The grant {@code petname}, an event. */
  public Event event(String petname) {
    return capability(petname, CapabilityType.EVENT, Event.class, "an event");
  }

  /** The grant {@code petname}, one end of a channel. */
  public Channel channel(String petname) {
    return capability(petname, CapabilityType.CHANNEL, Channel.class, "a channel");
  }

  /** The grant {@code stdin}. */
  public PipeSource stdin() {
    return source("stdin");
  }

  /** The grant {@code stdout}. */
  public PipeSink stdout() {
    return sink("stdout");
  }

  /** The grant {@code stderr}. */
  public PipeSink stderr() {
    return sink("stderr");
  }

  /**
   * Makes an event.
   *
   * @param initial what its counter starts with, 0 or more
   * @throws SyscallException with {@code QuotaExceeded}
   */
  public Event newEvent(long initial) {
    return New.event(calls, initial);
  }

  /**
   * Makes a pipe, to connect two programs or to wait for.
   *
   * @throws SyscallException with {@code QuotaExceeded}, {@code TooManyOpen}
   */
  public PipeEnds newPipe() {
    return New.pipe(calls);
  }

  /**
   * Makes a channel. To give another domain one end, send it through a channel that leads there.
   *
   * @throws SyscallException with {@code QuotaExceeded}
   */
  public ChannelEnds newChannel() {
    return New.channel(calls);
  }

  /** Buffers of 64 KiB for general use. */
  public BufferPool buffers() {
    return buffers;
  }

  /**
   * Makes a pool of other buffers.
   *
   * @param bufferBytes the size of each, whole pages
   * @param count how many
   * @throws SyscallException with {@code OutOfMemory} if the arena has no room for them
   */
  public BufferPool newPool(int bufferBytes, int count) {
    return new BufferPool(arena, bufferBytes, count, calls);
  }

  /** The arena, for memory that the raw ring uses. */
  public ArenaMemory arena() {
    return arena;
  }

  /** The four calls, for what has no method here. */
  public Syscalls syscalls() {
    return calls.calls();
  }

  /**
   * Makes a raw ring.
   *
   * @param entries submission entries, a power of two from 1 to 32768
   * @param flags bits of {@link dev.ringfence.abi.SetupFlags}
   */
  public SyscallResult<Ring> newRing(int entries, long flags) {
    return Ring.setup(door, entries, flags);
  }

  /** Runs blocking work on a virtual thread: any sequence of operations as one future. */
  public <T> CompletableFuture<T> async(Callable<T> work) {
    return Async.start(work);
  }

  /** What is left of the domain's quotas. */
  public Allowance allowance() {
    try (Slot slot = calls.slot()) {
      int result =
          slot.begin(OpCode.QUERY, 0).memory(slot.answerAddress(), CapabilityStatus.SIZE).submit();
      if (result < 0) {
        SyscallError error = SyscallError.ofResult(result);
        throw new SyscallException(
            error == null ? SyscallError.INTERNAL_ERROR : error, "cannot see what is left");
      }
      MemorySegment shared = slot.shared();
      long answer = slot.answerOffset();
      return new Allowance(
          CapabilityStatus.capabilitiesLeft(shared, answer),
          CapabilityStatus.operationsLeft(shared, answer),
          CapabilityStatus.registeredBytesLeft(shared, answer),
          CapabilityStatus.arenaBytesLeft(shared, answer),
          CapabilityStatus.ringsLeft(shared, answer));
    }
  }

  /**
   * Gives the session's buffers back. Capabilities are left to the end of the domain, which closes
   * them all. Nothing of the session may be used afterwards.
   */
  @Override
  public void close() {
    buffers.close();
    calls.close();
  }

  private <T extends Capability> T capability(
      String petname, CapabilityType type, Class<T> wanted, String words) {
    Capability found = capability(petname, type);
    if (wanted.isInstance(found)) {
      return wanted.cast(found);
    }
    throw new SyscallException(
        SyscallError.WRONG_CAPABILITY_TYPE,
        "the grant %s is %s, not %s".formatted(Failures.quote(petname), words(found), words));
  }

  private static String words(Capability found) {
    return switch (found) {
      case File file -> "a file";
      case Directory directory -> "a directory";
      case PipeSource source -> "a stream to read from";
      case PipeSink sink -> "a stream to write to";
      case Network network -> "a network";
      case Socket socket -> "a socket";
      case Event event -> "an event";
      case Channel channel -> "a channel";
      case OpaqueCapability other -> "of a type without methods here";
    };
  }

  private Capability capability(String petname, CapabilityType wanted) {
    Capability known = opened.get(petname);
    if (known != null) {
      return known;
    }
    for (Grant grant : grants) {
      if (grant.name().equals(petname)) {
        return opened.computeIfAbsent(petname, name -> typed(grant));
      }
    }
    throw new SyscallException(
        SyscallError.NOT_FOUND,
        "there is no grant %s; %s (granted: %s)"
            .formatted(Failures.quote(petname), remedy.add(petname, wanted), names()));
  }

  private Capability typed(Grant grant) {
    return Typed.of(
        calls,
        new Authority(grant, remedy),
        grant.name(),
        grant.type(),
        grant.capabilityId(),
        grant.rights());
  }

  private String names() {
    return String.join(", ", grants.stream().map(Grant::name).toList());
  }

  private static List<Grant> readGrants(MemorySegment shared, long base) {
    long page = base - shared.address() + RingContext.INFO_OFFSET;
    int count = Math.min(InfoPage.count(shared, page), InfoPage.ROWS_MAX);
    List<Grant> grants = new ArrayList<>(count);
    for (int index = 0; index < count; index++) {
      CapabilityType type = CapabilityType.of(InfoPage.type(shared, page, index));
      if (type != null) { // A newer kernel may grant what this version cannot name.
        grants.add(
            new Grant(
                InfoPage.name(shared, page, index),
                type,
                InfoPage.rights(shared, page, index),
                InfoPage.capabilityId(shared, page, index)));
      }
    }
    return List.copyOf(grants);
  }
}
