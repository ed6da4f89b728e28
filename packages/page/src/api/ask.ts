import type { Cell } from './session-detail.ts';

/** What `/api/ask` sends, a JSON value a line. */
export type AskEvent =
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  | { readonly type: 'columns'; readonly columns: readonly string[] }
  | { readonly type: 'rows'; readonly rows: readonly (readonly Cell[])[] }
  | {
      readonly type: 'done';
      readonly durationMs: number;
      readonly rows: number;
      /** Why there may be more rows than were sent. */
      readonly cut: 'rows' | 'bytes' | null;
      readonly problems: number;
    }
  | { readonly type: 'error'; readonly code: string; readonly message: string; readonly hint: string };

/** What every route answers when it cannot. */
export interface ApiError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}
