import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PAGE_BYTES, pageAuthenticator } from './page-authenticator.ts';
import { rawKeyBytes } from './raw-key.ts';
import { addNotes, KEY, openNotes, OTHER_KEY, scratchPath } from './testing/scratch.ts';

function pagesOfADatabase(): Buffer[] {
  const path = scratchPath();
  const database = openNotes(path);
  addNotes(database, 300);
  database.close();
  const bytes = readFileSync(path);
  return Array.from({ length: bytes.length / PAGE_BYTES }, (_, index) =>
    bytes.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES),
  );
}

test('authenticates every page only with its own key and page number', () => {
  const pages = pagesOfADatabase();
  const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = pages;
  const right = pageAuthenticator(rawKeyBytes(KEY), first);
  const wrong = pageAuthenticator(rawKeyBytes(OTHER_KEY), first);
  expect(pages.length).toBeGreaterThan(4);
  expect(pages.every((page, index) => right.authenticates(page, index + 1))).toBe(true);
  expect(pages.some((page, index) => wrong.authenticates(page, index + 1))).toBe(false);
  expect(right.authenticates(second, 3)).toBe(false);
  expect(right.authenticates(second.subarray(1), 2)).toBe(false);
});

test('refuses a page with any flipped bit', () => {
  const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = pagesOfADatabase();
  const pages = pageAuthenticator(rawKeyBytes(KEY), first);
  const accepted = [];
  for (let at = 0; at < PAGE_BYTES; at += 1) {
    const flipped = Buffer.from(second);
    flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (at % 8)), at);
    if (pages.authenticates(flipped, 2)) accepted.push(at);
  }
  expect(accepted).toEqual([]);
});
