// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.abi;

import org.jspecify.annotations.Nullable;

/**
 * The operations of the submission queue. Codes 0..14 and 255 are the specification's; from 16 up
 * they are given by subject, once and for ever: 16..31 buffers, 32..63 files, 64..79 directories,
 * 80..111 sockets, 112..119 time, 120..127 events and pipes, 128..143 channels, 240..254
 * introspection. {@code docs/abi.md} gives each its fields, rights, result and errors.
 */
public enum OpCode {
  NOP(0, "do nothing; echo a result"),
  READ(1, "read bytes from a file or pipe"),
  WRITE(2, "write bytes to a file or pipe"),
  OPEN(3, "open a file or directory beneath a directory"),
  CLOSE(4, "give up one capability"),
  FSYNC(5, "make a file or directory durable"),
  POLL(6, "wait until a resource is ready"),
  CANCEL(7, "cancel operations of this ring"),
  LINK_TIMEOUT(8, "limit the time of the entry that links to this one"),
  CONNECT(9, "connect a socket"),
  ACCEPT(10, "accept a connection"),
  SEND(11, "send bytes through a socket"),
  RECV(12, "receive bytes from a socket"),
  MMAP(13, "take arena memory, or a snapshot of a file in it"),
  MUNMAP(14, "give arena memory back"),
  REGISTER_BUFFER(16, "register arena memory as a fixed buffer"),
  UNREGISTER_BUFFER(17, "end a fixed buffer when its last user is done"),
  REGISTER_GROUP(18, "make a group of provided buffers"),
  UNREGISTER_GROUP(19, "end a group of provided buffers"),
  STAT(32, "status of a file or directory"),
  TRUNCATE(33, "set the size of a file"),
  READ_VECTOR(34, "read bytes into several ranges"),
  WRITE_VECTOR(35, "write bytes from several ranges"),
  ALLOCATE(36, "give a range of a file room, or take it away"),
  ADVISE(37, "say how a range of a file will be used"),
  COPY_RANGE(38, "copy from file to file within the host"),
  SPLICE(39, "move bytes between a pipe and a file or pipe"),
  TEE(40, "copy bytes from pipe to pipe and leave them there"),
  SYNC_RANGE(41, "write a range of a file to its device"),
  SET_ATTRIBUTES(42, "set permission bits and times"),
  MAKE_DIRECTORY(64, "make a directory"),
  REMOVE(65, "remove a file, link or empty directory"),
  RENAME(66, "rename, or move to another directory"),
  LINK(67, "give a file a second name"),
  SYMLINK(68, "make a symbolic link"),
  READ_LINK(69, "read the text of a symbolic link"),
  LIST(70, "list the entries of a directory"),
  SOCKET_CREATE(80, "make a socket"),
  BIND(81, "give a socket its local address"),
  LISTEN(82, "begin to take connections"),
  SHUTDOWN(83, "end one or both directions of a socket"),
  SOCKET_NAME(84, "tell a socket's own address"),
  PEER_NAME(85, "tell the address of a socket's peer"),
  GET_OPTION(86, "tell an option of a socket"),
  SET_OPTION(87, "set an option of a socket"),
  SEND_MESSAGE(88, "send bytes to an address"),
  RECV_MESSAGE(89, "receive bytes and where they come from"),
  SEND_ZERO_COPY(90, "send bytes from where they are"),
  TIMEOUT(112, "complete after a time, or after a number of completions"),
  TIMEOUT_UPDATE(113, "give a timeout another time"),
  TIMEOUT_REMOVE(114, "end a timeout"),
  EVENT_CREATE(120, "make an event"),
  EVENT_SIGNAL(121, "add to the counter of an event"),
  EVENT_AWAIT(122, "wait until the counter of an event is not 0, and take it"),
  PIPE_CREATE(123, "make a pipe"),
  CHANNEL_CREATE(128, "make a channel"),
  CHANNEL_SEND(129, "send bytes and capabilities through a channel"),
  CHANNEL_RECEIVE(130, "receive bytes and capabilities from a channel"),
  QUERY(240, "tell a capability's type and rights, and the quotas left"),
  DERIVE(241, "duplicate a capability with limits"),
  EXIT(255, "end the domain");

  private static final @Nullable OpCode[] BY_CODE = new OpCode[256];

  static {
    for (OpCode opCode : values()) {
      BY_CODE[opCode.code] = opCode;
    }
  }

  private final int code;
  private final String summary;

  OpCode(int code, String summary) {
    this.code = code;
    this.summary = summary;
  }

  /** The code, 0..255: the first byte of an entry. */
  public int code() {
    return code;
  }

  /** What the operation does, in one line. */
  public String summary() {
    return summary;
  }

  /** The operation with this code, or null; any int may be asked for, nothing is allocated. */
  public static @Nullable OpCode of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
