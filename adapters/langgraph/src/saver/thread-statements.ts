import type { Session } from '@varve/core';
import type { Statement } from '@varve/migrations/internal';
import type { ThreadTables } from '../thread/index.ts';

/** What a writer of a thread runs, prepared once. */
export interface ThreadStatements {
  readonly putCheckpoint: Statement<[unknown[]]>;
  readonly addWrite: Statement<[unknown[]]>;
  readonly replaceWrite: Statement<[unknown[]]>;
  readonly channels: Statement<[string, string], string>;
  readonly valuesOfVersion: Statement<[string, string, string], number>;
  readonly addValue: Statement<[unknown[]]>;
}

export function prepareStatements({ sqlite }: Session<ThreadTables>): ThreadStatements {
  const write =
    'INTO writes (namespace, checkpoint_id, task_id, idx, task_path, channel, type, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?)';
  return {
    putCheckpoint: sqlite.prepare<[unknown[]]>(
      'INSERT OR REPLACE INTO checkpoints (namespace, id, parent_id, type, value, channels, metadata_type, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    addWrite: sqlite.prepare<[unknown[]]>(`INSERT OR IGNORE ${write}`),
    replaceWrite: sqlite.prepare<[unknown[]]>(`INSERT OR REPLACE ${write}`),
    channels: sqlite
      .prepare<[string, string], string>('SELECT channels FROM checkpoints WHERE namespace = ? AND id = ?')
      .pluck() as Statement<[string, string], string>,
    valuesOfVersion: sqlite
      .prepare<[string, string, string], number>(
        'SELECT seq FROM channel_values WHERE namespace = ? AND channel = ? AND version = ? ORDER BY seq DESC',
      )
      .pluck() as Statement<[string, string, string], number>,
    addValue: sqlite.prepare<[unknown[]]>(
      'INSERT INTO channel_values (namespace, channel, version, type, base_seq, shared_bytes, value) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
  };
}
