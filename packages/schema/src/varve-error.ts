import type { ErrorCode } from './error-codes.ts';

export interface VarveErrorOptions {
  /** What to do next, in the imperative. */
  readonly hint: string;
  /** The file or folder the error is about. */
  readonly path?: string | undefined;
  /** Facts for programs. Never the contents of rows. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The one error class of varve. Branch on `code`, never on the message. */
export class VarveError extends Error {
  override readonly name = 'VarveError';
  readonly code: ErrorCode;
  readonly path: string | undefined;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: VarveErrorOptions) {
    super(message, { cause: options.cause });
    this.code = code;
    this.path = options.path;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  toJSON(): { code: ErrorCode; message: string; path: string | undefined; hint: string; details: unknown } {
    return {
      code: this.code,
      message: this.message,
      path: this.path,
      hint: this.hint,
      details: this.details,
    };
  }
}
