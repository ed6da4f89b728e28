import type { Table } from 'drizzle-orm';
import { drizzleExport } from './drizzle-major.ts';
import { linkedTables } from './linked-tables.ts';
import type { StandardRelations, TableKey, TableRelations } from './relation-types.ts';
import { type Link, type Links, type OneLink, standardLinks } from './standard-links.ts';

interface OldHelpers {
  one(table: Table, config: object): unknown;
  many(table: Table): unknown;
}

type OldRelate = (table: Table, config: (helpers: OldHelpers) => object) => unknown;

/** What `relations` of Drizzle 0.45 makes of a table's links. */
export function relateOld<TKey extends TableKey>(key: TKey): TableRelations<TKey> {
  const relate = drizzleExport('relations') as OldRelate | undefined;
  return relate?.(linkedTables[key], ({ one, many }) =>
    mapLinks(key, (link) => {
      if ('many' in link) return many(tableAt(link.many));
      const fields = [columnAt(key, link.from)];
      return one(tableAt(link.one), { fields, references: [columnAt(link.one, link.to)] });
    }),
  ) as TableRelations<TKey>;
}

interface NewHelpers {
  readonly one: Readonly<Record<string, (config: object) => unknown>>;
  readonly many: Readonly<Record<string, () => unknown>>;
}

type NewRelate = (schema: object, config: (helpers: NewHelpers) => object) => unknown;

/** What `defineRelations` of Drizzle 1.0 makes of all links. */
export function relateNew(): StandardRelations {
  const relate = drizzleExport('defineRelations') as NewRelate | undefined;
  return relate?.(linkedTables, (helpers) => {
    const toOne = (key: string, link: OneLink) =>
      helpers.one[link.one]?.({
        from: memberOf(memberOf(helpers, key), link.from),
        to: memberOf(memberOf(helpers, link.one), link.to),
        optional: !link.always,
      });
    const relations = Object.keys(standardLinks).map((key) => [
      key,
      mapLinks(key, (link) => ('many' in link ? helpers.many[link.many]?.() : toOne(key, link))),
    ]);
    return Object.fromEntries(relations);
  }) as StandardRelations;
}

function mapLinks(key: string, relate: (link: Link) => unknown): object {
  const links = Object.entries((standardLinks as Links)[key] ?? {});
  return Object.fromEntries(links.map(([name, link]) => [name, relate(link)]));
}

function tableAt(key: string): Table {
  return linkedTables[key as TableKey];
}

function columnAt(key: string, column: string): unknown {
  return memberOf(tableAt(key), column);
}

function memberOf(value: unknown, key: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[key];
}
