/** Opens a live session as any SQLite program would, for writing too; says how many decisions there are; closes it. */
import Database from 'better-sqlite3';

const sqlite = new Database(process.argv[2] ?? '');
console.log(sqlite.prepare('SELECT count(*) FROM decisions').pluck().get());
sqlite.close();
