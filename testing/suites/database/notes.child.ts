import { writeSync } from 'node:fs';
import { ok, Secret, type Result } from '@postern/kernel';
import { rekeyDatabase, type DatabaseFailure } from '@postern/database';
import { addNote, KEY, OTHER_KEY, tryNotes } from './notes.ts';

// A separate process for the tests: node notes.child.ts PATH write|rekey|hold COUNT

const [, , path = '', task = '', count = '0'] = process.argv;

function orExit<T>(result: Result<T, DatabaseFailure>): T {
  if (result.ok) return result.value;
  process.stdout.write(`${result.failure.reason}\n`);
  process.exit(1);
}

/** Prints each committed row, at once, so that the test knows what the database must contain. */
function write(): void {
  const database = orExit(tryNotes(path));
  for (let number = 1; number <= Number(count); number += 1) {
    orExit(addNote(database, `note ${number} of ${process.pid}`));
    // Not through process.stdout, which makes the pipe non-blocking, so that a full one fails.
    writeSync(1, `${number}\n`);
  }
  database.close();
}

function rekey(): void {
  const keys = [KEY, OTHER_KEY].map((key) => Secret.of(key));
  for (let time = 0; time < Number(count); time += 1) {
    const [key, newKey] = time % 2 === 0 ? keys : keys.toReversed();
    if (key === undefined || newKey === undefined) return;
    orExit(rekeyDatabase({ path, label: 'notes', key, newKey }));
    process.stdout.write('.');
  }
}

/** Keeps a write transaction open until it is killed. */
function hold(): void {
  const database = orExit(tryNotes(path));
  database.runInTransaction(() => {
    process.stdout.write('holding\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    return ok();
  });
}

const tasks: Readonly<Record<string, () => void>> = { write, rekey, hold };
tasks[task]?.();
