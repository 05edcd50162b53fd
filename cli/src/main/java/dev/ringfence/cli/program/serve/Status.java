// SPDX-License-Identifier: Apache-2.0
package dev.ringfence.cli.program.serve;

/** The statuses that this server answers with: RFC 9110, section 15. */
enum Status {
  OK(200, "OK"),
  PARTIAL_CONTENT(206, "Partial Content"),
  MOVED_PERMANENTLY(301, "Moved Permanently"),
  NOT_MODIFIED(304, "Not Modified"),
  BAD_REQUEST(400, "Bad Request"),
  FORBIDDEN(403, "Forbidden"),
  NOT_FOUND(404, "Not Found"),
  METHOD_NOT_ALLOWED(405, "Method Not Allowed"),
  CONTENT_TOO_LARGE(413, "Content Too Large"),
  RANGE_NOT_SATISFIABLE(416, "Range Not Satisfiable"),
  FIELDS_TOO_LARGE(431, "Request Header Fields Too Large"),
  INTERNAL_ERROR(500, "Internal Server Error"),
  UNAVAILABLE(503, "Service Unavailable"),
  VERSION_NOT_SUPPORTED(505, "HTTP Version Not Supported");

  final int code;
  final String reason;

  Status(int code, String reason) {
    this.code = code;
    this.reason = reason;
  }

  String line() {
    return code + " " + reason;
  }
}
