import type { Secret } from '@postern/kernel';
import { connect } from './connection.ts';
import { rawKeyForm } from './raw-key.ts';

/** Encrypts every page of a closed database with another key. If it is killed, both keys are in use. */
export function rekeyInPlace(path: string, key: Secret, newKey: Secret): void {
  const connection = connect(path, key);
  const form = rawKeyForm(newKey);
  try {
    // Until SQLite has read page 1, it takes bytes 16 and 17 of the file for the page size. Here they are
    // ciphertext. In one of about 9,000 files they happen to be a valid size, and the rekey would fail.
    connection.prepare('SELECT count(*) FROM sqlite_schema').get();
    connection.rekey(form);
  } finally {
    form.fill(0);
    connection.close();
  }
}
