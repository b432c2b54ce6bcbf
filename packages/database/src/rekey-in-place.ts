import type { Secret } from '@postern/kernel';
import { connect } from './connection.ts';
import { rawKeyForm } from './raw-key.ts';

/** Encrypts every page of a closed database with another key. A kill leaves it with both. */
export function rekeyInPlace(path: string, key: Secret, newKey: Secret): void {
  const connection = connect(path, key);
  const form = rawKeyForm(newKey);
  try {
    // SQLite takes bytes 16 and 17 of the file, here ciphertext, for its page size until it has read
    // page 1. One file in some 9,000 has a valid size there, and a rekey before the first read fails.
    connection.prepare('SELECT count(*) FROM sqlite_schema').get();
    connection.rekey(form);
  } finally {
    form.fill(0);
    connection.close();
  }
}
