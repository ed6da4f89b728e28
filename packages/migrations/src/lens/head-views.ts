import type { Lens } from './lens.ts';
import type { Shape } from './trace-lineage.ts';

/** The views of head, to be laid over the lens. SQLite keeps every view's text as `CREATE VIEW …`. */
export function headViews(head: Shape): Lens['views'] {
  return head.objects
    .filter((it) => it.type === 'view')
    .map(({ name, sql }) => ({ name, sql: sql.replace(/^CREATE VIEW/i, 'CREATE TEMP VIEW') }));
}
