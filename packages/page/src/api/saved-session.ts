import type { RowDetail, SessionDetail } from './session-detail.ts';

/** What an HTML file of one session has inside. */
export interface SavedSession {
  readonly savedAtMs: number;
  readonly detail: SessionDetail;
  readonly rows: readonly RowDetail[];
}
