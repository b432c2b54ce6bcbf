import { join } from 'node:path';
import type { EraseWhat, StoredData } from '@postern/protocol';
import type { Home } from '../config/home.ts';
import { listHome } from './home-files.ts';

/** The sizes of what a home stores, largest first, and where it is. */
export function storedData(home: Home): readonly StoredData[] {
  const bytes = new Map<EraseWhat, number>();
  for (const entry of listHome(home).entries) {
    bytes.set(entry.what, (bytes.get(entry.what) ?? 0) + entry.bytes);
  }
  return PLACES.flatMap(([what, pathIn]) => {
    const found = bytes.get(what);
    return found === undefined ? [] : [{ what, bytes: found, path: pathIn(home) }];
  }).toSorted((a, b) => b.bytes - a.bytes);
}

const PLACES: readonly (readonly [StoredData['what'], (home: Home) => string])[] = [
  ['chats', ({ dataDir }) => join(dataDir, 'conversations.db')],
  ['library', ({ dataDir }) => join(dataDir, 'library.db')],
  ['gateway', ({ dataDir }) => join(dataDir, 'gateway.db')],
  ['audit', ({ dataDir }) => join(dataDir, 'audit')],
  ['keys', ({ dataDir }) => join(dataDir, 'vault')],
  ['browsers', ({ dataDir }) => join(dataDir, 'remembered-browsers.json')],
  ['certificates', ({ dataDir }) => join(dataDir, 'tls')],
  ['settings', ({ configFile }) => configFile],
];
