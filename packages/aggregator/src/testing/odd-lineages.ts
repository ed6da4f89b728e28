import { defineLineage, type Lineage } from '@varve/migrations';

/** A lineage of steps, with the rows that its first version is given. */
export interface OddLineage {
  readonly lineage: Lineage;
  readonly from: number;
  readonly rows: readonly string[];
}

function odd(name: string, steps: readonly string[], ...rows: string[]): OddLineage {
  const migrations = steps.map((sql, at) => ({ name: `000${at}_step`, sql, createdAtMs: at + 1 }));
  return { lineage: defineLineage({ name, tables: {}, migrations }), from: 1, rows };
}

const notes = 'CREATE TABLE notes (id integer PRIMARY KEY, body text NOT NULL, tag text)';
const twoNotes = "INSERT INTO notes (body, tag) VALUES ('hello world', 'a'), ('second hello', 'b')";

const mirror = (into: string, forget: string) => `
  CREATE TRIGGER notes_ai AFTER INSERT ON notes BEGIN ${into}; END;
  CREATE TRIGGER notes_ad AFTER DELETE ON notes BEGIN ${forget}; END;
  CREATE TRIGGER notes_au AFTER UPDATE ON notes BEGIN ${forget}; ${into}; END`;

const addNote = 'INSERT INTO words (rowid, body) VALUES (new.id, new.body)';
const forgetNote = "INSERT INTO words (words, rowid, body) VALUES ('delete', old.id, old.body)";

const later = [
  'ALTER TABLE notes ADD stars integer DEFAULT 3',
  'UPDATE notes SET body = upper(body) WHERE id = 2',
  "DELETE FROM notes WHERE tag = 'a'",
  'ALTER TABLE notes RENAME COLUMN tag TO label',
];

/** Lineages whose virtual tables mirror an ordinary one that pending migrations change. */
export const virtualLineages: readonly (readonly [title: string, sample: OddLineage])[] = [
  [
    'full text of its own',
    odd(
      'own',
      [
        `${notes}; CREATE VIRTUAL TABLE words USING fts5(body); ${mirror(addNote, 'DELETE FROM words WHERE rowid = old.id')}`,
        ...later,
      ],
      twoNotes,
    ),
  ],
  [
    'full text over another table',
    odd(
      'external',
      [
        `${notes}; CREATE VIRTUAL TABLE words USING fts5(body, content='notes', content_rowid='id'); ${mirror(addNote, forgetNote)}`,
        ...later,
      ],
      twoNotes,
    ),
  ],
  [
    'full text without content',
    odd(
      'contentless',
      [
        `${notes}; CREATE VIRTUAL TABLE words USING fts5(body, content=''); ${mirror(addNote, forgetNote)}`,
        ...later,
      ],
      twoNotes,
    ),
  ],
  [
    'full text made and filled later',
    odd(
      'late',
      [
        notes,
        "CREATE VIRTUAL TABLE words USING fts5(body, content='notes', content_rowid='id', tokenize='trigram')",
        `INSERT INTO words (words) VALUES ('rebuild'); ${mirror(addNote, forgetNote)}`,
        ...later,
        "INSERT INTO words (words) VALUES ('optimize'); ALTER TABLE words RENAME TO phrases",
      ],
      twoNotes,
    ),
  ],
  [
    'an rtree',
    odd(
      'rtree',
      [
        `${notes}; CREATE VIRTUAL TABLE spans USING rtree(id, low, high, +what text);
         ${mirror('INSERT INTO spans VALUES (new.id, length(new.body), length(new.body), new.tag)', 'DELETE FROM spans WHERE id = old.id')}`,
        ...later.slice(0, 3),
        'CREATE VIRTUAL TABLE boxes USING rtree_i32(id, a, b); INSERT INTO boxes SELECT id, id, id FROM notes',
        'DROP TABLE boxes; UPDATE spans SET low = low - 1',
      ],
      twoNotes,
    ),
  ],
];

/** A schema with the names that a view keeps for itself. */
export const clashing = odd(
  'clash',
  [
    `CREATE TABLE notes (id integer PRIMARY KEY, _version text UNIQUE CHECK (_version <> 'x'), _ARCHIVE_ text, body text, long text AS (_version || body));
     CREATE TABLE _archives (id integer PRIMARY KEY, note integer REFERENCES notes (id), _archive text);
     CREATE TABLE "_lineage" (_version text);
     CREATE UNIQUE INDEX one ON notes (_version, body) WHERE _ARCHIVE_ IS NOT NULL;
     CREATE INDEX by_version ON _archives (_archive);
     CREATE VIEW broken AS SELECT absent FROM nowhere`,
    'ALTER TABLE notes ADD stars integer DEFAULT 3',
    "UPDATE notes SET _version = _version || '!'",
  ],
  "INSERT INTO notes (body, _version, _ARCHIVE_) VALUES ('hello', 'v7', 'a9'), ('again', 'v8', NULL)",
  "INSERT INTO _archives (note, _archive) VALUES (1, 'mine'); INSERT INTO _lineage VALUES ('first')",
);
