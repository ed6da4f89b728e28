import { nameKey } from './name-key.ts';
import { Refused } from './refused.ts';
import { type Relation, tableRelation } from './relation.ts';
import type { Shape } from './trace-lineage.ts';
import { classesOfColumn, columnValue } from './value.ts';

/** What every table holds at a moment of the lineage. */
export class LensTables {
  readonly #relations: Map<string, Relation | Refused>;

  /** The tables of a file as it lies. */
  constructor(shape: Shape) {
    this.#relations = new Map<string, Relation | Refused>(
      [...shape.tables]
        .filter(([key]) => !shape.temp.has(key))
        .map(([key, table]) => {
          const values = table.columns.map((column) =>
            columnValue(column.name, {
              affinity: column.affinity,
              collation: column.collation,
              classes: classesOfColumn(column, table.isStrict, column.name === table.rowidAlias),
            }),
          );
          return [key, tableRelation(table.name, values)];
        }),
    );
    for (const [key, { name }] of shape.opaque) {
      this.#relations.set(key, new Refused(`${name} is a virtual table, or part of one`));
    }
  }

  /** @throws Refused when the table cannot be known. */
  get(name: string): Relation {
    const relation = this.#relations.get(nameKey(name));
    if (relation instanceof Refused) throw relation;
    if (!relation) throw new Refused(`it reads ${name}, which is not a table of the lineage`);
    return relation;
  }

  has(name: string): boolean {
    return this.#relations.has(nameKey(name));
  }

  set(name: string, relation: Relation | Refused): void {
    this.#relations.set(nameKey(name), relation);
  }

  delete(name: string): void {
    this.#relations.delete(nameKey(name));
  }

  rename(from: string, to: string): void {
    const relation = this.#relations.get(nameKey(from));
    this.#relations.delete(nameKey(from));
    if (relation) this.#relations.set(nameKey(to), relation);
  }
}
