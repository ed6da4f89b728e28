import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findGoldenChanges } from '@varve/core/internal';
import type { Lineage, TableModule } from '@varve/migrations';
import { expect, it } from 'vitest';
import { examineGolden } from './examine-golden.ts';
import { describeProblem } from './golden-problem.ts';

/**
 * Defines a test for each golden archive of a folder: today's lineage reads it through the lens, by replay and in the
 * unified view, the three agree cell for cell, and today's types hold. A failure names the row and the column.
 *
 * @example
 * ```ts
 * import { freezeArchive } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 * import { toolCalls } from '@varve/schema';
 * import { testGoldenArchives } from '@varve/testing';
 * import 'vitest';
 *
 * await freezeArchive('golden', {
 *   lineage,
 *   session: { agentName: 'support' },
 *   record(session) {
 *     session.record(toolCalls, { toolName: 'find_order', status: 'ok' });
 *   },
 * });
 * testGoldenArchives('golden', { lineage });
 * ```
 */
export function testGoldenArchives(
  dir: string,
  { lineage }: { readonly lineage: Lineage<TableModule> },
): void {
  const names = readdirSync(dir).filter((name) => name.endsWith('.db'));
  it('has golden archives, frozen by versions of this lineage', () => {
    const known = new Set(lineage.migrations.map((migration) => `${migration.name}.db`));
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });
  it('has them as they were frozen', () => {
    expect(findGoldenChanges(dir, names)).toEqual([]);
  });
  it.each(names.sort())('%s reads at head', async (name) => {
    const problems = await examineGolden(join(dir, name), { lineage });
    if (problems.length > 0) throw new Error(summarise(name, problems.map(describeProblem)));
  });
}

const most = 20;

function summarise(name: string, lines: readonly string[]): string {
  const rest = lines.length > most ? [`and ${lines.length - most} more`] : [];
  return [`the migrations since then break ${name}:`, ...lines.slice(0, most), ...rest].join('\n  ');
}
