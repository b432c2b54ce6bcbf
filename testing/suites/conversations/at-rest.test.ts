import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  decryptPages,
  formsOfText,
  openWithSecondSqlcipher,
  skipBecause,
  whyNoSecondSqlcipher,
} from '@postern/testing';
import { expectOk } from '@postern/kernel';
import { expect, test } from 'vitest';
import { add, KEY, openStore, scratchPath } from './store.ts';

const TITLE = 'zqtitlemark of the conversation';
const TEXT = 'zqtextmark in a message, with ünïcödé';

test('no file contains a word of a conversation, in any encoding', () => {
  const path = scratchPath();
  const store = openStore(path);
  const conversation = expectOk(store.create({ title: TITLE }));
  for (let index = 0; index < 50; index += 1) expectOk(add(store, conversation, TEXT));
  expectOk(store.search('zqtextmark', 10));
  const files = readdirSync(dirname(path));
  expect(files.toSorted()).toEqual([
    'conversations.db',
    'conversations.db-shm',
    'conversations.db-wal',
    'conversations.db.lock',
  ]);
  for (const file of files) {
    const bytes = readFileSync(join(dirname(path), file));
    for (const [form, text] of [TITLE, TEXT, 'zqtitlemark', 'zqtextmark'].flatMap(formsOfText)) {
      expect(bytes.includes(text), `${form} in ${file}`).toBe(false);
    }
  }
  store.close();
});

test.skipIf(skipBecause('a second SQLCipher', whyNoSecondSqlcipher()))(
  'another SQLCipher build reads conversations, messages and the search index',
  async () => {
    const path = scratchPath();
    const store = openStore(path);
    const conversation = expectOk(store.create({ title: TITLE }));
    expectOk(add(store, conversation, TEXT));
    store.close();
    const second = await openWithSecondSqlcipher(path, KEY);
    expect(second.all('SELECT title, id FROM conversation')).toEqual([
      { title: TITLE, id: conversation.id },
    ]);
    expect(second.all("SELECT json_extract(parts, '$[0].text') AS text FROM message")).toEqual([
      { text: TEXT },
    ]);
    expect(second.all("SELECT text FROM message_search WHERE text MATCH 'unicode'")).toEqual([
      { text: TEXT },
    ]);
    expect(second.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    second.close();
  },
);

/**
 * Whether a word is in the decrypted pages of the file, including free ones. The index has words in
 * lower case.
 */
function isInPages(path: string, words: string): boolean {
  const plain = Buffer.concat(decryptPages(readFileSync(path), KEY));
  return plain.includes(words);
}

test.each([
  ['a few conversations among many', 1, 200],
  ['nearly all of them', 30, 10],
])('a purge of %s leaves no word of them, not even in free pages', (_name, marked, others) => {
  const path = scratchPath();
  const store = openStore(path);
  const fill = (count: number, title: string, text: string) =>
    Array.from({ length: count }, () => {
      const conversation = expectOk(store.create({ title }));
      for (let index = 0; index < 3; index += 1) expectOk(add(store, conversation, text));
      return conversation;
    });
  const kept = fill(others, 'kept', 'a word that stays, keepmark');
  const gone = fill(marked, TITLE, `${TEXT} ${'long '.repeat(1000)}`);
  for (const { id } of gone) expectOk(store.remove(id));
  store.close();
  expect([isInPages(path, 'qtitlemark'), isInPages(path, 'qtextmark')]).toEqual([true, true]);

  const again = openStore(path);
  expect(again.purgeRemoved(Date.now() + 1)).toEqual({ ok: true, value: marked });
  expect(readFileSync(`${path}-wal`).length).toBe(0);
  expect(expectOk(again.search('keepmark', 200)).length).toBe(Math.min(200, others * 3));
  expect(kept.every(({ id }) => again.open(id).ok)).toBe(true);
  again.close();
  expect([isInPages(path, 'qtitlemark'), isInPages(path, 'qtextmark')]).toEqual([false, false]);
  expect(isInPages(path, 'keepmark')).toBe(true);
});

test('a purge of a deleted branch leaves no word of it, not even in free pages', () => {
  const path = scratchPath();
  const store = openStore(path);
  const conversation = expectOk(store.create({ title: 'kept' }));
  for (let index = 0; index < 50; index += 1) {
    expectOk(add(store, conversation, 'a word that stays, keepmark'));
  }
  const gone = expectOk(add(store, conversation, `${TEXT} ${'long '.repeat(1000)}`));
  expectOk(store.branches.remove(conversation.id, gone.id));
  store.close();
  expect(isInPages(path, 'qtextmark')).toBe(true);

  const again = openStore(path);
  expect(again.branches.purge(Date.now() + 1)).toEqual({ ok: true, value: 1 });
  expect(readFileSync(`${path}-wal`).length).toBe(0);
  expect(expectOk(again.search('keepmark', 200))).toHaveLength(50);
  again.close();
  expect([isInPages(path, 'qtextmark'), isInPages(path, 'keepmark')]).toEqual([false, true]);
});
