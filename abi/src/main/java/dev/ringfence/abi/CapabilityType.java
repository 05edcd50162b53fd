// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import static dev.ringfence.abi.Rights.CHMOD;
import static dev.ringfence.abi.Rights.CLOSE;
import static dev.ringfence.abi.Rights.CREATE;
import static dev.ringfence.abi.Rights.DELETE;
import static dev.ringfence.abi.Rights.DUP;
import static dev.ringfence.abi.Rights.EXEC;
import static dev.ringfence.abi.Rights.MAP;
import static dev.ringfence.abi.Rights.NET_ACCEPT;
import static dev.ringfence.abi.Rights.NET_BIND;
import static dev.ringfence.abi.Rights.NET_CONNECT;
import static dev.ringfence.abi.Rights.NET_LISTEN;
import static dev.ringfence.abi.Rights.NET_RECV;
import static dev.ringfence.abi.Rights.NET_SEND;
import static dev.ringfence.abi.Rights.READDIR;
import static dev.ringfence.abi.Rights.SEEK;
import static dev.ringfence.abi.Rights.STAT;
import static dev.ringfence.abi.Rights.TRANSFER;
import static dev.ringfence.abi.Rights.TRUNCATE;

import org.jspecify.annotations.Nullable;

/** What a capability stands for. */
public enum CapabilityType {
  /** A regular file. */
  FILE(1, Groups.FILE, "a regular file"),
  /** A socket. */
  SOCKET(2, Groups.SHARED | Groups.NET | CLOSE, "a socket"),
  /** A byte stream: one end of a pipe, or a standard stream. */
  PIPE(3, Groups.SHARED | Groups.BYTES | CLOSE, "one end of a byte stream"),
  /** A registered buffer. */
  BUFFER(4, Groups.SHARED | Groups.BYTES, "a registered buffer"),
  /** A directory. It may carry rights that only what is opened beneath it can use. */
  DIRECTORY(5, Groups.FILE | CREATE | DELETE | Rights.RENAME | READDIR, "a directory"),
  /** An event to signal and to wait for. */
  EVENT(6, Groups.SHARED | Groups.BYTES | CLOSE, "an event to signal and to wait for"),
  /** Memory that domains share. */
  SHARED_MEMORY(7, Groups.SHARED | Groups.BYTES | MAP | STAT, "memory that domains share"),
  /** A set of addresses from which sockets can be made. */
  NETWORK(8, Groups.SHARED | Groups.NET | CLOSE, "a set of addresses to make sockets from"),
  /** A channel that carries bytes and capabilities to another domain. */
  CHANNEL(9, Groups.SHARED | Groups.BYTES | CLOSE, "a channel to another domain"),
  /** A domain, seen by the one that started it. */
  DOMAIN(10, Groups.SHARED | CLOSE | STAT, "a domain, seen by its starter");

  private static final CapabilityType[] BY_CODE = values();

  private final int code;
  private final long applicableRights;
  private final String summary;

  CapabilityType(int code, long applicableRights, String summary) {
    this.code = code;
    this.applicableRights = applicableRights;
    this.summary = summary;
  }

  /** The code, 1..10. */
  public int code() {
    return code;
  }

  /** The rights that mean something on this type; a capability of it never carries others. */
  public long applicableRights() {
    return applicableRights;
  }

  /** What it is, in one line. */
  public String summary() {
    return summary;
  }

  /** The type with this code, or null. Allocates nothing. */
  public static @Nullable CapabilityType of(int code) {
    return code >= 1 && code <= BY_CODE.length ? BY_CODE[code - 1] : null;
  }

  /** Rights that types have in common. */
  private static final class Groups {
    static final long SHARED = DUP | TRANSFER;
    static final long BYTES = Rights.READ | Rights.WRITE;
    static final long FILE = SHARED | BYTES | SEEK | MAP | TRUNCATE | STAT | CHMOD | EXEC;
    static final long NET = NET_CONNECT | NET_ACCEPT | NET_SEND | NET_RECV | NET_BIND | NET_LISTEN;
  }
}
