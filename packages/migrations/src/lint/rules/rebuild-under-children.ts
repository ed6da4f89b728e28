import type { LintRule } from '../lint-rule.ts';
import { rebuiltTables } from '../rebuilds.ts';

const actions = new Set(['CASCADE', 'SET NULL', 'SET DEFAULT']);

export const rebuildUnderChildren: LintRule<'rebuild-under-children'> = {
  code: 'rebuild-under-children',
  severity: 'warning',
  hint: "varve keeps the children; open these files by varve, never by Drizzle's migrate()",
  check({ statements, before }) {
    return [...rebuiltTables(statements)].flatMap(([table, statement]) => {
      const children = [...before].filter(([, { references }]) =>
        references.some(({ parent, onDelete }) => parent === table && actions.has(onDelete)),
      );
      if (children.length === 0) return [];
      const names = children.map(([name]) => name).join(', ');
      return [
        {
          message: `${table} is rebuilt under ${names}: harmless here, but Drizzle's own migrator deletes or unlinks those rows`,
          statement,
        },
      ];
    });
  },
};
