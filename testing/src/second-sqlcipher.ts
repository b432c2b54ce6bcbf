import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { peerPath, whyNoPeer } from './peers.ts';

const PEER = '@signalapp/sqlcipher';

/** A database opened by a different SQLCipher build than the product's. */
export interface SecondSqlcipher {
  /** Runs a statement and returns its rows. */
  all(sql: string): readonly Readonly<Record<string, unknown>>[];
  close(): void;
}

interface SignalDatabase {
  pragma(text: string): unknown;
  prepare(sql: string): { all(): readonly Readonly<Record<string, unknown>>[] };
  close(): void;
}

/** Returns why tests that need the second SQLCipher can't run here; undefined if they can. */
export function whyNoSecondSqlcipher(): string | undefined {
  return whyNoPeer(PEER);
}

/**
 * Opens a database with Signal's build of Zetetic's SQLCipher and a raw key of 64 hex digits. A
 * wrong key causes an error at the first statement.
 */
export async function openWithSecondSqlcipher(path: string, key: string): Promise<SecondSqlcipher> {
  const module = join(peerPath(PEER), 'dist', 'index.mjs');
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- installed on demand, so its types are not there to be imported
  const { default: Signal } = (await import(pathToFileURL(module).href)) as {
    default: new (path: string) => SignalDatabase;
  };
  const database = new Signal(path);
  database.pragma(`key = "x'${key}'"`);
  return {
    all: (sql) => database.prepare(sql).all(),
    close: () => {
      database.close();
    },
  };
}
