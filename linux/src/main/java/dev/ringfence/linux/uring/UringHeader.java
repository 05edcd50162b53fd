// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.linux.uring;

/** The constants of linux/io_uring.h that are in use, under their C names. */
public final class UringHeader {

  // Operations (sqe.opcode). Those without a remark came with Linux 5.6 or earlier.
  public static final int IORING_OP_NOP = 0;
  public static final int IORING_OP_READV = 1;
  public static final int IORING_OP_WRITEV = 2;
  public static final int IORING_OP_FSYNC = 3;
  public static final int IORING_OP_READ_FIXED = 4;
  public static final int IORING_OP_WRITE_FIXED = 5;
  public static final int IORING_OP_POLL_ADD = 6;
  public static final int IORING_OP_POLL_REMOVE = 7;
  public static final int IORING_OP_SYNC_FILE_RANGE = 8;
  public static final int IORING_OP_SENDMSG = 9;
  public static final int IORING_OP_RECVMSG = 10;
  public static final int IORING_OP_TIMEOUT = 11;
  public static final int IORING_OP_TIMEOUT_REMOVE = 12;
  public static final int IORING_OP_ACCEPT = 13;
  public static final int IORING_OP_ASYNC_CANCEL = 14;
  public static final int IORING_OP_LINK_TIMEOUT = 15;
  public static final int IORING_OP_CONNECT = 16;
  public static final int IORING_OP_FALLOCATE = 17;
  public static final int IORING_OP_CLOSE = 19;
  public static final int IORING_OP_STATX = 21;
  public static final int IORING_OP_READ = 22;
  public static final int IORING_OP_WRITE = 23;
  public static final int IORING_OP_FADVISE = 24;
  public static final int IORING_OP_SEND = 26;
  public static final int IORING_OP_RECV = 27;
  public static final int IORING_OP_OPENAT2 = 28;
  public static final int IORING_OP_SPLICE = 30; // 5.7
  public static final int IORING_OP_TEE = 33; // 5.8
  public static final int IORING_OP_SHUTDOWN = 34; // 5.11
  public static final int IORING_OP_RENAMEAT = 35; // 5.11
  public static final int IORING_OP_UNLINKAT = 36; // 5.11
  public static final int IORING_OP_MKDIRAT = 37; // 5.15
  public static final int IORING_OP_SYMLINKAT = 38; // 5.15
  public static final int IORING_OP_MSG_RING = 40; // 5.18
  public static final int IORING_OP_SEND_ZC = 47; // 6.0
  public static final int IORING_OP_FTRUNCATE = 55; // 6.9

  // sqe.flags
  public static final int IOSQE_FIXED_FILE = 1 << 0;
  public static final int IOSQE_IO_DRAIN = 1 << 1;
  public static final int IOSQE_IO_LINK = 1 << 2;
  public static final int IOSQE_IO_HARDLINK = 1 << 3;
  public static final int IOSQE_ASYNC = 1 << 4;
  public static final int IOSQE_BUFFER_SELECT = 1 << 5;
  public static final int IOSQE_CQE_SKIP_SUCCESS = 1 << 6; // 5.17

  // Flags of single operations
  public static final int IORING_FSYNC_DATASYNC = 1 << 0;
  public static final int IORING_TIMEOUT_ABS = 1 << 0;
  public static final int IORING_TIMEOUT_ETIME_SUCCESS = 1 << 5; // 5.16
  public static final int IORING_POLL_ADD_MULTI = 1 << 0; // 5.13
  public static final int IORING_ASYNC_CANCEL_ALL = 1 << 0; // 5.19
  public static final int IORING_ASYNC_CANCEL_FD = 1 << 1; // 5.19
  public static final int IORING_ASYNC_CANCEL_ANY = 1 << 2; // 5.19
  public static final int IORING_ASYNC_CANCEL_FD_FIXED = 1 << 3; // 6.0
  public static final int IORING_MSG_DATA = 0;

  // cqe.flags
  public static final int IORING_CQE_F_BUFFER = 1 << 0;
  public static final int IORING_CQE_F_MORE = 1 << 1;
  public static final int IORING_CQE_F_SOCK_NONEMPTY = 1 << 2;
  public static final int IORING_CQE_F_NOTIF = 1 << 3;

  // io_uring_setup
  public static final int IORING_SETUP_CQSIZE = 1 << 3;
  public static final int IORING_SETUP_R_DISABLED = 1 << 6; // 5.10
  public static final int IORING_SETUP_SUBMIT_ALL = 1 << 7; // 5.18
  public static final int IORING_SETUP_COOP_TASKRUN = 1 << 8; // 5.19
  public static final int IORING_SETUP_TASKRUN_FLAG = 1 << 9; // 5.19
  public static final int IORING_SETUP_SINGLE_ISSUER = 1 << 12; // 6.0
  public static final int IORING_SETUP_DEFER_TASKRUN = 1 << 13; // 6.1
  public static final int IORING_SETUP_NO_SQARRAY = 1 << 16; // 6.6

  public static final int IORING_FEAT_SINGLE_MMAP = 1 << 0; // 5.4
  public static final int IORING_FEAT_NODROP = 1 << 1; // 5.5
  public static final int IORING_FEAT_SUBMIT_STABLE = 1 << 2; // 5.5
  public static final int IORING_FEAT_RW_CUR_POS = 1 << 3; // 5.6
  public static final int IORING_FEAT_EXT_ARG = 1 << 8; // 5.11
  public static final int IORING_FEAT_RSRC_TAGS = 1 << 10; // 5.13
  public static final int IORING_FEAT_CQE_SKIP = 1 << 11; // 5.17

  // The flags word of the submission ring, written by the kernel
  public static final int IORING_SQ_CQ_OVERFLOW = 1 << 1;
  public static final int IORING_SQ_TASKRUN = 1 << 2;

  // io_uring_enter
  public static final int IORING_ENTER_GETEVENTS = 1 << 0;
  public static final int IORING_ENTER_EXT_ARG = 1 << 3; // 5.11
  public static final int IORING_ENTER_REGISTERED_RING = 1 << 4; // 5.18

  // io_uring_register
  public static final int IORING_REGISTER_FILES = 2;
  public static final int IORING_REGISTER_EVENTFD = 4;
  public static final int IORING_UNREGISTER_EVENTFD = 5;
  public static final int IORING_REGISTER_FILES_UPDATE = 6;
  public static final int IORING_REGISTER_PROBE = 8;
  public static final int IORING_REGISTER_ENABLE_RINGS = 12; // 5.10
  public static final int IORING_REGISTER_BUFFERS2 = 15; // 5.13
  public static final int IORING_REGISTER_BUFFERS_UPDATE = 16; // 5.13
  public static final int IORING_REGISTER_IOWQ_MAX_WORKERS = 19; // 5.15
  public static final int IORING_REGISTER_RING_FDS = 20; // 5.18
  public static final int IORING_UNREGISTER_RING_FDS = 21; // 5.18
  public static final int IORING_REGISTER_SYNC_CANCEL = 24; // 6.0
  public static final int IORING_REGISTER_SEND_MSG_RING = 31; // 6.13

  public static final int IO_URING_OP_SUPPORTED = 1 << 0;

  // mmap offsets
  public static final long IORING_OFF_SQ_RING = 0;
  public static final long IORING_OFF_SQES = 0x10000000L;

  private UringHeader() {}
}
