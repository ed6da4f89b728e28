import { compileLens, type Lineage } from '@varve/migrations';

/** How files of an older version are read at head. */
export interface Readability {
  readonly version: number;
  readonly isInPlace: boolean;
  /** For files that are replayed on a copy, or where statements run at each opening: the migration and the reason. */
  readonly migration?: string;
  readonly reason?: string;
}

/** For each version before head, in their order. */
export function readabilityOf(lineage: Lineage): Readability[] {
  return lineage.migrations.map((_, version) => {
    const { refusal, stages } = compileLens(lineage, version);
    const dearest = refusal ?? stages.flatMap(({ runs }) => runs)[0];
    if (!dearest) return { version, isInPlace: true };
    return { version, isInPlace: !refusal, migration: dearest.migration, reason: dearest.reason };
  });
}

function describeReading({ isInPlace, migration, reason }: Readability): string {
  if (!isInPlace)
    return migration ? `from a copy, because of ${migration}: ${reason}` : `from a copy: ${reason}`;
  return migration ? `in place, but ${migration} runs at each opening: ${reason}` : 'in place';
}

/** A line for each run of versions that are read alike; files of version 0 have no rows and are left out. */
export function renderReadability(versions: readonly Readability[]): string[] {
  const runs: { from: number; to: number; how: string }[] = [];
  for (const it of versions.slice(1)) {
    const how = describeReading(it);
    const last = runs.at(-1);
    if (last?.how === how) last.to = it.version;
    else runs.push({ from: it.version, to: it.version, how });
  }
  return runs.map(({ from, to, how }) => {
    return `archives of version ${from === to ? from : `${from} to ${to}`} are read ${how}`;
  });
}
