// The ways a call can fail, divided by who must act. Knows nothing of networks or formats.

/** Godot's `Error` constants, as strings, wherever Godot has a fitting one. Godot: @GlobalScope.Error. */
export type ErrorCode =
  | "FAILED"
  | "ERR_UNAVAILABLE"
  | "ERR_UNCONFIGURED"
  | "ERR_UNAUTHORIZED"
  | "ERR_PARAMETER_RANGE_ERROR"
  | "ERR_OUT_OF_MEMORY"
  | "ERR_TIMEOUT"
  | "ERR_CANT_CONNECT"
  | "ERR_CANT_RESOLVE"
  | "ERR_CONNECTION_ERROR"
  | "ERR_INVALID_DATA"
  | "ERR_INVALID_PARAMETER"
  | "ERR_ALREADY_IN_USE"
  | "ERR_CANT_CREATE"
  | "ERR_SKIP"
  | "ERR_BUG";

/** What every error of this library is; `code` carries Godot's constant. */
export class GodotWsError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** The caller did the wrong thing or did it at the wrong time. Nothing was done. */
export class UsageError extends GodotWsError {}

/** A limit that the caller set (a queue, a buffer) is reached. Nothing was queued. */
export class LimitError extends GodotWsError {}

/** The network or the far side refused: the connection was not made. */
export class ConnectError extends GodotWsError {
  /** The HTTP status with which the server refused, when it came to that. */
  readonly status: number | undefined;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions & { status?: number | undefined }) {
    super(code, message, options);
    this.status = options?.status;
  }
}

/** Bytes or text given to a decoder do not mean anything; `offset` is where that showed. */
export class DataError extends GodotWsError {
  /** Octets from the start of the input; for text, UTF-16 units. */
  readonly offset: number;
  /** For text: its line, counted from 1. */
  readonly line: number | undefined;
  /** Which part of a nested value it was, such as `[3].inventory.items`, or which scene file; empty for the whole. */
  readonly path: string;

  constructor(
    message: string,
    offset: number,
    options?: ErrorOptions & {
      code?: ErrorCode | undefined;
      path?: string | undefined;
      line?: number | undefined;
    },
  ) {
    const path = options?.path ?? "";
    const line = options?.line;
    const place = line === undefined ? `at octet ${offset}` : `in line ${line}, at character ${offset}`;
    super(
      options?.code ?? "ERR_INVALID_DATA",
      `${message} (${path === "" ? place : `${place}, in ${path}`})`,
      options,
    );
    this.offset = offset;
    this.line = line;
    this.path = path;
  }
}
