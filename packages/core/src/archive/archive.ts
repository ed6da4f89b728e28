import type { TableModule } from '@varve/migrations';
import { Reader, type ReaderParts } from './reader.ts';
import type { ReadingPlan } from './reading-plan.ts';

/** A file of any version, read at head. */
export class Archive<TTables extends TableModule = TableModule> extends Reader<TTables> {
  readonly plan: ReadingPlan;

  constructor(parts: ReaderParts<TTables> & { readonly plan: ReadingPlan }) {
    super(parts);
    this.plan = parts.plan;
  }
}
