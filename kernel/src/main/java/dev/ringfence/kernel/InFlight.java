// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.kernel;

import dev.ringfence.abi.OpCode;
import dev.ringfence.abi.SubmissionEntry;
import dev.ringfence.kernel.engine.Operation;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * One submission entry, from the moment it is copied until its completion is posted.
 *
 * <p>Owned by a {@link Lane} and reused; all fields but those inherited belong to the lane's owner.
 */
final class InFlight extends Operation {

  /** Where an operation is in its life. */
  enum Stage {
    /** In the lane's pool. */
    FREE,
    /** Taken, not begun: behind a link or a drain. */
    QUEUED,
    /** Waits for its turn at the file's current position. */
    AT_POSITION,
    /** A long transfer between two pieces. */
    BETWEEN_PIECES,
    /** With the engine. */
    WITH_ENGINE,
    /** Waits for a timer, or for other operations to end. */
    WAITING,
    /** Waits on an object of the kernel's: {@link InFlight#waitsOn}. */
    ON_OBJECT,
    /** Multishot: has told a result and is about to go on. */
    AGAIN
  }

  final Lane lane;
  int activeIndex;
  Stage stage = Stage.FREE;

  /** Counts uses of this object, so that a late timer finds that it is for another one. */
  int incarnation;

  // The copied entry. Nothing is read from shared memory after the copy.
  @Nullable OpCode opcode;
  int opcodeNumber;
  int entryFlags;
  int reserved1;
  int bufIndex;
  long capabilityId;
  long addr;
  int len;
  int reserved2;
  long userData;
  long auxiliary0;
  long auxiliary1;
  long padding;

  // Where it came from: a ring's queue, or one direct submission.
  @Nullable Domain domain;
  @Nullable KernelRing ring;
  @Nullable DirectCall direct;

  // Its place among others.
  @Nullable InFlight next;
  @Nullable InFlight linkTimeout;
  @Nullable InFlight timedTarget;
  KernelRing.@Nullable Unit unit;
  boolean unitDrains;

  /** A negative result that was decided before it began, or 0. */
  int verdict;

  // What it uses.
  @Nullable Capability capability;
  @Nullable Capability secondCapability;
  @Nullable RegisteredBuffer buffer;
  boolean holdsPermit;
  boolean holdsSlot;
  boolean holdsPosition;
  long requestedRights;

  /** What it waits on, in that stage. */
  @Nullable Waitable waitsOn;

  /** Where the program wants an address written, or -1. */
  long addressOffset = -1;

  /** Goes on after a completion. */
  boolean multishot;

  /** Multishot: has told a result. */
  boolean toldOne;

  /** Multishot: the queue's index after that result. */
  int toldUpTo;

  /** Its arguments are judged; only charging was left. */
  boolean prepared;

  /** It was charged to limits, with these bytes. */
  boolean metered;

  long meteredBytes;

  /** The limits whose rate it waits for. Guarded by {@link Metering}'s lock. */
  @Nullable Meter inLineOf;

  /** The group that it takes a provided buffer of, when there is something for it. */
  @Nullable BufferGroup group;

  /** The provided buffer that it took last. */
  int bufferId;

  /** Its address and bytes, to put it back. */
  long bufferAddress;

  int bufferLength;

  /** Zero copy: its first completion is posted. */
  boolean sentTold;

  /** What an object of the kernel's keeps for it while it waits or is served. */
  @Nullable Object objectState;

  // How far it is.
  long transferTotal;
  long transferred;
  @Nullable ScheduledFuture<?> timer;
  int completionsAwaited;
  boolean countReached;

  // How it may end early.
  boolean cancelRequested;
  boolean revoked;
  @Nullable InFlight canceller;
  int cancelTargets;
  int cancelledCount;
  private @Nullable List<Quiescence> watchers;

  // The completion's other words.
  int completionFlags;
  long completionValue;

  InFlight(Lane lane) {
    this.lane = lane;
    this.memoryOffset = -1;
  }

  /** Copies the entry at {@code base}: the one time that its shared bytes are read. */
  void copyFrom(MemorySegment shared, long base) {
    opcodeNumber = SubmissionEntry.opcode(shared, base);
    entryFlags = SubmissionEntry.flags(shared, base);
    reserved1 = SubmissionEntry.reserved1(shared, base);
    bufIndex = SubmissionEntry.bufIndex(shared, base);
    capabilityId = SubmissionEntry.capabilityId(shared, base);
    addr = SubmissionEntry.addr(shared, base);
    len = SubmissionEntry.len(shared, base);
    reserved2 = SubmissionEntry.reserved2(shared, base);
    userData = SubmissionEntry.userData(shared, base);
    auxiliary0 = SubmissionEntry.auxiliary0(shared, base);
    auxiliary1 = SubmissionEntry.auxiliary1(shared, base);
    padding = SubmissionEntry.padding(shared, base);
    opcode = OpCode.of(opcodeNumber);
  }

  boolean has(int flag) {
    return (entryFlags & flag) != 0;
  }

  /** Whether a list in memory says what it moves. */
  boolean isVector() {
    return opcode == OpCode.READ_VECTOR || opcode == OpCode.WRITE_VECTOR;
  }

  /** Makes {@code quiescence} wait for this operation too. */
  void watch(Quiescence quiescence) {
    quiescence.expect();
    if (watchers == null) {
      watchers = new ArrayList<>(1);
    }
    watchers.add(quiescence);
  }

  /** Tells everyone who waits for this operation that it has ended; one's trouble is its own. */
  void tellWatchers(Kernel kernel) {
    List<Quiescence> told = watchers;
    if (told != null) {
      watchers = null;
      told.forEach(each -> kernel.guard(each::arrive));
    }
  }

  /** Forgets everything, so that nothing of one use shows in the next. */
  void reset() {
    incarnation++;
    stage = Stage.FREE;
    opcode = null;
    domain = null;
    ring = null;
    direct = null;
    next = null;
    linkTimeout = null;
    timedTarget = null;
    unit = null;
    unitDrains = false;
    verdict = 0;
    capability = null;
    secondCapability = null;
    buffer = null;
    holdsPermit = false;
    holdsSlot = false;
    holdsPosition = false;
    requestedRights = 0;
    waitsOn = null;
    multishot = false;
    addressOffset = -1;
    toldOne = false;
    prepared = false;
    metered = false;
    meteredBytes = 0;
    inLineOf = null;
    group = null;
    objectState = null;
    bufferId = 0;
    sentTold = false;
    transferTotal = 0;
    transferred = 0;
    timer = null;
    completionsAwaited = 0;
    countReached = false;
    cancelRequested = false;
    revoked = false;
    canceller = null;
    cancelTargets = 0;
    cancelledCount = 0;
    completionFlags = 0;
    completionValue = 0;
    resource = null;
    secondResource = null;
    path = NO_PATH;
    secondPath = NO_PATH;
    registeredBuffer = -1;
    memoryOffset = -1;
    length = 0;
    flags = 0;
    mode = 0;
    value = 0;
    rangeBytes = 0;
    secondOffset = 0;
    endpoint = null;
    nonEmpty = false;
    onWorker = false;
    engineState = null;
  }
}
