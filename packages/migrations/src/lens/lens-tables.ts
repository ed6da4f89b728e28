import { nameKey } from '../sql/index.ts';
import type { Relation, Stage } from './program.ts';
import { Refused } from './refused.ts';
import { looseRelation, tableRelation } from './relation.ts';
import type { Shape } from './shape.ts';
import { isTooMuch, type QueryLimits, storeRows } from './stage/store-rows.ts';

/** A virtual table, or one that such a table keeps for itself: of the file, or since a stage, under its own name in TEMP. */
export interface VirtualTable {
  readonly name: string;
  /** The last that changed it, and the one that made it. */
  readonly stage: Stage | undefined;
  readonly madeBy: Stage | undefined;
}

/** What every table holds at a moment of the lineage. */
export class LensTables {
  /** The schema of the file as it lies. */
  readonly start: Shape;
  /** In the order in which they run. */
  readonly stages: Stage[] = [];
  /** Undefined for a table of the file that is gone; those that nobody asked for yet are not here. */
  readonly #relations = new Map<string, Relation | Refused | undefined>();
  readonly #virtual: Map<string, VirtualTable>;
  #openStage: Stage | undefined;

  readonly #limits: QueryLimits;

  /** True where ALTER COLUMN has left values of other kinds than their columns store. */
  readonly #isLoose: boolean;

  constructor(start: Shape, limits: QueryLimits, isLoose = false) {
    this.#isLoose = isLoose;
    this.start = start;
    this.#limits = limits;
    this.#virtual = new Map(
      [...start.opaque].map(([key, { name }]) => [key, { name, stage: undefined, madeBy: undefined }]),
    );
  }

  /** @throws Refused when the table cannot be known. */
  get(name: string): Relation {
    const key = nameKey(name);
    if (this.#openStage?.changed.has(key)) this.closeStage();
    return this.peek(key);
  }

  /** What a statement of the open stage starts from. @throws Refused when the table cannot be known. */
  peek(key: string): Relation {
    const relation = this.#find(key);
    if (relation instanceof Refused) throw relation;
    if (relation) return relation;
    const virtual = this.#virtual.get(key);
    throw new Refused(
      virtual
        ? `${virtual.name} is a virtual table, or part of one`
        : `it reads ${key}, which is not a table of the lineage`,
    );
  }

  set(name: string, relation: Relation | Refused): void {
    const key = nameKey(name);
    if (this.#openStage?.reached.has(key)) this.closeStage();
    const isHeavy = !(relation instanceof Refused) && isTooMuch(relation, this.#limits);
    this.#relations.set(key, isHeavy ? this.#store(name, relation) : relation);
  }

  #store(name: string, heavy: Relation): Relation {
    const { stage, relation } = storeRows(name, heavy, this.stages.length + 1);
    this.closeStage();
    this.stages.push(stage);
    return relation;
  }

  delete(name: string): void {
    this.closeStage();
    this.#relations.set(nameKey(name), undefined);
    this.#virtual.delete(nameKey(name));
  }

  rename(from: string, to: string): void {
    const relation = this.#find(nameKey(from));
    this.delete(from);
    if (relation) this.#relations.set(nameKey(to), relation);
  }

  /** Does all of it, or nothing when it fails. */
  atOnce(change: () => void): void {
    const before = new Map(this.#relations);
    try {
      change();
    } catch (error) {
      this.#relations.clear();
      for (const [key, relation] of before) this.#relations.set(key, relation);
      throw error;
    }
  }

  #find(key: string): Relation | Refused | undefined {
    if (this.#relations.has(key)) return this.#relations.get(key);
    const table = this.start.temp.has(key) ? undefined : this.start.tables.get(key);
    const relation = table && (this.#isLoose ? looseRelation(table) : tableRelation(table));
    this.#relations.set(key, relation);
    return relation;
  }

  virtual(key: string): VirtualTable | undefined {
    return this.#virtual.get(key);
  }

  /** The stage behind a table that a virtual table keeps for itself, under a name that begins with its own. */
  stageOfOwner(name: string): Stage | undefined {
    const owners = [...this.#virtual].filter(([key]) => nameKey(name).startsWith(`${key}_`));
    return owners.find(([, owner]) => owner.stage)?.[1].stage;
  }

  setVirtual(key: string, table: VirtualTable): void {
    this.#virtual.set(key, table);
  }

  /** The stage that the next statement may join: nothing that was compiled since has to do with its tables. */
  get openStage(): Stage | undefined {
    return this.#openStage;
  }

  closeStage(): void {
    this.#openStage = undefined;
  }

  /** Takes in what a statement left on a stage. */
  leaveStage(stage: Stage, isOpen: boolean): void {
    if (this.stages.at(-1) !== stage) this.stages.push(stage);
    for (const [key, table] of stage.changed) {
      this.#relations.set(key, tableRelation(table, stage.nameAfterwards(table.name), stage));
    }
    this.#openStage = isOpen ? stage : undefined;
  }
}
