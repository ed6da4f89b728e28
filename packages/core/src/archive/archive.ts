import type { TableModule } from '@varve/migrations';
import type { ReadingPlan } from '../reading/index.ts';
import { Reader, type ReaderParts } from './reader.ts';

/** A file of any version, read at head. */
export class Archive<TTables extends TableModule = TableModule> extends Reader<TTables> {
  readonly plan: ReadingPlan;

  constructor(parts: ReaderParts<TTables> & { readonly plan: ReadingPlan }) {
    super(parts);
    this.plan = parts.plan;
  }
}
