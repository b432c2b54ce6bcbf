import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { isOwn, TEMPORARY } from '@postern/disk';
import { errnoOf } from '@postern/kernel';
import type { EraseWhat } from '@postern/protocol';
import type { Home } from '../config/home.ts';
import { ERASE_FILE } from './erase-marker.ts';

/** Something in a home. A name needn't be UTF-8, so the path is bytes. */
export interface HomeEntry {
  readonly path: Buffer;
  readonly what: EraseWhat;
  readonly isDirectory: boolean;
  readonly bytes: number;
}

export interface HomeFiles {
  /** What Postern wrote, in the order in which it is erased: the content of a directory before it. */
  readonly entries: readonly HomeEntry[];
  /** What Postern didn't write, or another user's. */
  readonly foreign: readonly Buffer[];
}

/** The files of a data directory by the beginning of their names: SQLite and atomic writes add to them. */
const FILES: readonly (readonly [string, EraseWhat])[] = [
  ['conversations.db', 'chats'],
  ['library.db', 'library'],
  ['gateway.db', 'gateway'],
  ['remembered-browsers.json', 'browsers'],
  ['backups.jsonl', 'other'],
  ['control.json', 'other'],
  ['agent.json', 'other'],
  ['erase.lock', 'other'],
  ['instance.lock', 'other'],
  ['agent.lock', 'other'],
  ['backup.lock', 'other'],
  ['forward.lock', 'other'],
  ['config.lock', 'other'],
];

const DIRECTORIES: Readonly<Record<string, EraseWhat>> = {
  vault: 'keys',
  audit: 'audit',
  tls: 'certificates',
  run: 'other',
  backups: 'backups',
  transfers: 'backups',
  'backing-up': 'chats',
  restoring: 'chats',
  'restoring.new': 'chats',
};

/** These have to go first: together with the passphrase they open everything. */
const KEY_FILES = ['slots.json', 'journal.json', 'secrets.next.jwe.json', 'secrets.jwe.json'];

/** Lists the files of a home. Follows no link below its directories, and changes nothing. */
export function listHome({ dataDir, configDir, configFile, runtimeDir }: Home): HomeFiles {
  const entries: HomeEntry[] = [];
  const foreign: Buffer[] = [];
  const found = { entries, foreign };
  for (const name of namesIn(Buffer.from(dataDir))) {
    const path = Buffer.concat([Buffer.from(`${dataDir}/`), name]);
    const text = name.toString('utf8');
    const directory = Object.hasOwn(DIRECTORIES, text) ? DIRECTORIES[text] : undefined;
    const what = directory ?? whatOf(text);
    if (text === ERASE_FILE || path.equals(Buffer.from(configDir))) continue;
    if (what === undefined) foreign.push(path);
    else add(found, path, what);
  }
  if (!runtimeDir.startsWith(`${dataDir}/`)) add(found, Buffer.from(runtimeDir), 'other');
  for (const name of namesIn(Buffer.from(configDir))) {
    const text = name.toString('utf8');
    const isConfig = text === 'config.json' || /^\.?config\.json\..*tmp$/.test(text);
    if (isConfig) add(found, Buffer.from(join(configDir, text)), 'settings');
  }
  if (!configFile.startsWith(`${configDir}/`)) foreign.push(Buffer.from(configFile));
  return { entries: entries.toSorted(byImportance), foreign };
}

function whatOf(name: string): EraseWhat | undefined {
  const known = FILES.find(
    ([start]) => name.startsWith(start) && /^(?:$|[.-])/.test(name.slice(start.length)),
  );
  if (known !== undefined) return known[1];
  return TEMPORARY.test(name) ? 'other' : undefined;
}

function add(
  found: { entries: HomeEntry[]; foreign: Buffer[] },
  path: Buffer,
  what: EraseWhat,
): void {
  const stats = statsOf(path);
  if (stats === undefined) return;
  if (!isOwn(stats)) {
    found.foreign.push(path);
    return;
  }
  const isDirectory = stats.isDirectory();
  if (isDirectory) {
    for (const name of namesIn(path)) add(found, Buffer.concat([path, SLASH, name]), what);
  }
  found.entries.push({ path, what, isDirectory, bytes: stats.isFile() ? stats.size : 0 });
}

const SLASH = Buffer.from('/');

function statsOf(path: Buffer): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

function namesIn(directory: Buffer): readonly Buffer[] {
  try {
    return readdirSync(directory, { encoding: 'buffer' });
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return [];
  }
}

/** Key files, then the other files of the vault, then everything else; locks last. */
function byImportance(a: HomeEntry, b: HomeEntry): number {
  return importance(a) - importance(b);
}

function importance({ path, what }: HomeEntry): number {
  const name = path.subarray(path.lastIndexOf(SLASH) + 1).toString('utf8');
  if (what === 'keys') return KEY_FILES.includes(name) ? KEY_FILES.indexOf(name) : 10;
  return name.includes('.lock') ? 30 : 20;
}
