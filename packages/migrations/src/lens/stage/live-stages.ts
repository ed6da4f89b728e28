import type { Arm, Relation, Stage } from '../program.ts';

/** The stages whose tables a relation reads. */
export function stagesBehind(relation: Relation, seen = new Set<Relation>()): Set<Stage> {
  if (seen.has(relation)) return new Set();
  seen.add(relation);
  return new Set(relation.arms.flatMap((arm) => [...stagesBehindArm(arm, seen)]));
}

function stagesBehindArm({ source, reads }: Arm, seen: Set<Relation>): Stage[] {
  const own = source.kind === 'table' && source.stage ? [source.stage] : [];
  const nested = source.kind === 'relation' ? [source.relation] : [];
  return [...own, ...[...nested, ...reads.values()].flatMap((it) => [...stagesBehind(it, seen)])];
}

/** Of all stages those that have to run, in order: what nothing at head comes from is never computed. */
export function liveStages(stages: readonly Stage[], wanted: Iterable<Stage>): Stage[] {
  const live = new Set<Stage>();
  const keep = (stage: Stage): void => {
    if (live.has(stage)) return;
    live.add(stage);
    for (const needed of stage.needs) keep(needed);
    const read = [...stage.replicas.values()].map(({ rows }) => rows);
    for (const relation of stage.store ? [...read, stage.store.relation] : read) {
      for (const behind of stagesBehind(relation)) keep(behind);
    }
  };
  for (const stage of wanted) keep(stage);
  return stages.filter((stage) => live.has(stage) || (stage.onlyAfter && live.has(stage.onlyAfter)));
}
