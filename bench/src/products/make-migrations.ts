import { Dice } from './dice.ts';
import type { Habit, Product } from './product.ts';
import {
  createStatement,
  type DraftTable,
  draftColumn,
  draftTable,
  isGenerated,
  rebuildStatements,
  tableName,
} from './schema-draft.ts';

/** How often each was found in 412 migrations of 14 projects; rows of INSERT … SELECT are those of the rebuilds. */
const usual = {
  'add column': 405,
  'create index': 100,
  'create table': 190,
  update: 91,
  'drop table': 30,
  rebuild: 53,
  'drop column': 41,
  'rename column': 7,
};

/** The SQL of a product's migrations, each as drizzle-kit writes it. */
export function makeMigrations(product: Product, seed: number): string[] {
  return new Drafting(product, new Dice(seed)).write();
}

class Drafting {
  readonly #product: Product;
  readonly #dice: Dice;
  readonly #tables: DraftTable[] = [];
  #made = 0;

  constructor(product: Product, dice: Dice) {
    this.#product = product;
    this.#dice = dice;
  }

  write(): string[] {
    const { tables, migrations, habits } = this.#product;
    const first = Math.ceil(tables * 0.5);
    const growth = (tables - first) / (migrations - 1);
    const base = Array.from({ length: first }, () => this.#createTable()).flat();
    const rest = Array.from({ length: migrations - 1 }, (_, at) => {
      const wanted = first + Math.floor((at + 1) * growth);
      const statements = Array.from({ length: 1 + this.#dice.roll(4) }, () => this.#change()).flat();
      while (this.#tables.length < wanted) statements.push(...this.#createTable());
      // A habit comes up about every eighth migration, and once at the end.
      const isLate = at === migrations - 2 || this.#dice.roll(8) === 0;
      const habit = isLate && habits.length > 0 ? this.#indulge(habits[at % habits.length] as Habit) : [];
      return [...statements, ...habit];
    });
    const search = this.#product.hasSearch ? this.#createSearch() : [];
    return [[...base, ...search], ...rest].map((statements) => statements.join('--> statement-breakpoint\n'));
  }

  #createTable(): string[] {
    const name = tableName(this.#made++);
    const isRoot = this.#tables.length < 3;
    const parents = isRoot
      ? []
      : [...new Set([this.#tables[0]?.name, this.#dice.pick(this.#textKeyed()).name])];
    const isNumbered = !isRoot && this.#dice.roll(3) === 0;
    const table = draftTable(
      name,
      parents.filter((it) => it !== undefined),
      {
        isNumbered,
        isAutoincrement: this.#product.hasAutoincrement === true,
        hasGenerated: this.#product.hasGenerated === true && this.#dice.roll(4) === 0,
      },
      this.#dice,
    );
    this.#tables.push(table);
    return [createStatement(table), ...(isRoot ? [] : this.#createIndex(table, `${table.parents[0]}_id`))];
  }

  /** Tables that others may refer to. */
  #textKeyed(): DraftTable[] {
    return this.#tables.filter((it) => it.columns[0]?.declaration.startsWith('text'));
  }

  #createIndex(table: DraftTable, column: string): string[] {
    const name = `${table.name}_${column}_idx`;
    if (table.indexes.some((it) => it.includes(`\`${name}\``))) return [];
    const sql = `CREATE INDEX \`${name}\` ON \`${table.name}\` (\`${column}\`);`;
    table.indexes.push(sql);
    return [sql];
  }

  #change(): string[] {
    const table = this.#dice.pick(this.#tables);
    const plain = table.columns.filter(
      (it) => !/PRIMARY|GENERATED|_id$/.test(it.declaration + it.name) && it.name !== 'created_at',
    );
    const column = plain[this.#dice.roll(plain.length)];
    const kind = this.#dice.draw(usual);
    if (kind === 'create table') return this.#createTable();
    if (kind === 'add column' || !column) return this.#addColumn(table);
    if (kind === 'create index') return this.#createIndex(table, column.name);
    if (kind === 'update') return [this.#update(table, column.name)];
    if (kind === 'rebuild') return this.#rebuild(table);
    if (kind === 'drop table') return this.#dropTable(table);
    const isIndexed = table.indexes.some((it) => it.includes(`(\`${column.name}\`)`));
    if (isIndexed || this.#isBound(table, column.name)) return this.#addColumn(table);
    return kind === 'drop column' ? this.#dropColumn(table, column.name) : this.#renameColumn(table, column);
  }

  #isBound(table: DraftTable, column: string): boolean {
    return table.constraints.some((it) => it.includes(`\`${column}\``));
  }

  #addColumn(table: DraftTable): string[] {
    const column = draftColumn(table, this.#dice);
    table.columns.push(column);
    return [`ALTER TABLE \`${table.name}\` ADD \`${column.name}\` ${column.declaration};`];
  }

  #update({ name, columns }: DraftTable, column: string): string {
    const isJson = columns.some((it) => it.name === 'metadata' && it.declaration.includes("'{}'"));
    return isJson
      ? `UPDATE \`${name}\` SET \`metadata\` = json_set(\`metadata\`, '$.v', 2) WHERE json_valid(\`metadata\`);`
      : `UPDATE \`${name}\` SET \`${column}\` = coalesce(\`${column}\`, 0) WHERE \`${column}\` IS NULL;`;
  }

  #rebuild(table: DraftTable): string[] {
    const column = table.columns.find((it) => it.declaration === 'real');
    if (column) column.declaration = 'numeric';
    return rebuildStatements(table);
  }

  #dropTable(table: DraftTable): string[] {
    const isLeaf = !this.#tables.some((it) => it.parents.includes(table.name));
    if (!isLeaf || this.#tables.indexOf(table) < 4) return this.#addColumn(table);
    this.#tables.splice(this.#tables.indexOf(table), 1);
    return [`DROP TABLE \`${table.name}\`;`];
  }

  #dropColumn(table: DraftTable, column: string): string[] {
    table.columns = table.columns.filter((it) => it.name !== column);
    return [`ALTER TABLE \`${table.name}\` DROP COLUMN \`${column}\`;`];
  }

  #renameColumn(table: DraftTable, column: { name: string }): string[] {
    const before = column.name;
    column.name = `${before}_name`;
    return [`ALTER TABLE \`${table.name}\` RENAME COLUMN "${before}" TO "${column.name}";`];
  }

  #indulge(habit: Habit): string[] {
    if (habit === 'select 1') return ['SELECT 1;'];
    const table = this.#dice.pick(this.#tables.filter((it) => !it.columns.some(isGenerated)));
    const { name } = table;
    if (habit === 'clock' || habit === 'random') {
      const column = `${habit}_${this.#dice.roll(1_000_000)}`;
      table.columns.push({ name: column, declaration: 'text' });
      const value = habit === 'clock' ? "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')" : 'lower(hex(randomblob(8)))';
      return [
        `ALTER TABLE \`${name}\` ADD \`${column}\` text;`,
        `UPDATE \`${name}\` SET \`${column}\` = ${value};`,
      ];
    }
    if (habit === 'check') {
      table.constraints.push(
        `CONSTRAINT "${name}_dated_${table.constraints.length}" CHECK("created_at" > 0)`,
      );
      return rebuildStatements(table);
    }
    if (habit === 'unique') {
      table.constraints.push('UNIQUE(`id`, `created_at`)');
      return rebuildStatements(table);
    }
    const newest = this.#tables.at(-1) as DraftTable;
    const column = draftColumn(newest, this.#dice);
    column.declaration = 'text NOT NULL';
    newest.columns.push(column);
    return [`ALTER TABLE \`${newest.name}\` ADD \`${column.name}\` text NOT NULL;`];
  }

  /** Entries of one table in a full-text table, kept by triggers: its rows lie under rowids that no column shows. */
  #createSearch(): string[] {
    const { name } = this.#tables[1] as DraftTable;
    const into = `INSERT INTO ${name}_fts(id, body) VALUES (new.id, new.id || ' ' || new.created_at);`;
    return [
      `CREATE VIRTUAL TABLE ${name}_fts USING fts5(id UNINDEXED, body);`,
      `CREATE TRIGGER ${name}_fts_insert AFTER INSERT ON ${name} BEGIN ${into} END;`,
      `CREATE TRIGGER ${name}_fts_delete AFTER DELETE ON ${name} BEGIN DELETE FROM ${name}_fts WHERE id = old.id; END;`,
    ];
  }
}
