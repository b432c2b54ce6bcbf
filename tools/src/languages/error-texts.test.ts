import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES, ERROR_SENTENCES, NEVER_IN_PAGE, problemSaying } from '@postern/protocol';
import { describe, expect, it, test } from 'vitest';
import { readCatalogues } from './catalogue.ts';
import { ERRORS, readErrorTexts } from './error-texts.ts';
import { LOCALES } from './locales.ts';

const ROOT = join(import.meta.dirname, '../../..');
const NEVER = new Set<string>(NEVER_IN_PAGE);

describe.each(LOCALES)('the errors in %s', (locale) => {
  const entries = readCatalogues(ROOT, locale).find(({ folder }) => folder === ERRORS)?.entries;
  const translated = new Set(
    entries?.filter(({ translation }) => translation !== '').map(({ message }) => message),
  );

  test.each(Object.entries(ERROR_CODES).filter(([code]) => !NEVER.has(code)))(
    '%s has a message and a remedy',
    (_code, { meaning, remedy }) => {
      expect([meaning, remedy].filter((text) => !translated.has(text))).toEqual([]);
    },
  );

  it('have every further sentence', () => {
    expect(ERROR_SENTENCES.filter((sentence) => !translated.has(sentence))).toEqual([]);
  });
});

/** What answers the requests of pages, and what its failures come from. */
const BEHIND_THE_API = [
  'packages/app/src/{api,chat,attachments,chat-import,providers}/**/*.ts',
  'packages/{conversations,database,upstreams}/src/**/*.ts',
  'packages/dialects/src/errors/*.ts',
];

/** Sent by none of the routes: the file that the command line writes to exists, and so on. */
const OF_THE_COMMAND_LINE: Readonly<Record<string, readonly string[]>> = {
  'packages/app/src/chat/export-chats.ts': ['OUTPUT_EXISTS'],
  'packages/app/src/chat-import/import-chat-files.ts': ['IMPORT_NOT_FOUND'],
  // Storing another key for a provider in the page doesn't use it.
  'packages/app/src/providers/store-provider-key.ts': ['USAGE'],
};

it('no file behind the app API has a code that the page doesn’t translate', () => {
  const found = globSync(BEHIND_THE_API, { cwd: ROOT })
    .filter((path) => !/\.test\.ts$|\/testing\//.test(path))
    .flatMap((path) => {
      const codes = readFileSync(join(ROOT, path), 'utf8').match(/(?<=')[A-Z][A-Z_0-9]+(?=')/g);
      const allowed = OF_THE_COMMAND_LINE[path] ?? [];
      return (codes ?? [])
        .filter((code) => NEVER.has(code) && !allowed.includes(code))
        .map((code) => `${path}: ${code}`);
    });
  expect(found.filter((line) => !line.includes('api-status.ts'))).toEqual([]);
});

it('a sentence is filled with its values as they are', () => {
  const values = { provider: '{host} $& <b>' };
  expect(problemSaying('UPSTREAM_NO_KEY', 'The vault has no key for {provider}.', values)).toEqual({
    code: 'UPSTREAM_NO_KEY',
    message: 'The vault has no key for {host} $& <b>.',
    remedy: ERROR_CODES.UPSTREAM_NO_KEY.remedy,
    details: { sentence: 'The vault has no key for {provider}.', values },
  });
});

it('leaves out sentences that no page shows', () => {
  const texts = readErrorTexts().get(ERRORS) ?? [];
  expect(texts.map(({ message }) => message)).not.toContain(ERROR_CODES.PORT_TAKEN.meaning);
});
