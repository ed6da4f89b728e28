import type { Migration } from '@varve/migrations';

/** What runs in production for a while: one era's recording code with the schema as far as it had come by then. */
export interface AuditService {
  /** Starts the audit of a package; returns the path of its live session. */
  begin(sessionsDir: string, folder: string): Promise<string>;
  /** Ends an audit that this service, or an older one, began; returns the path of its archive. */
  finish(sessionPath: string, archiveDir: string): Promise<string>;
}

export type CreateAuditService = (migrations: readonly Migration[]) => AuditService;
