import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { catalogueProblems } from './catalogue-problems.ts';
import { cataloguePath, readCatalogues, writeCatalogue } from './catalogue.ts';
import { extractTexts } from './extract-texts.ts';

let root = '';

const SOURCE = `
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
export const a = () => t\`New chat\`;
export const b = (title: string) => t\`Delete “\${title}”?\`;
export const c = (count: number) => plural(count, { one: '# chat', other: '# chats' });
export const d = () => <Trans>Run <code>up</code></Trans>;
`;

const TRANSLATIONS: Readonly<Record<string, string>> = {
  'New chat': 'Neuer Chat',
  'Delete “{title}”?': '„{title}“ löschen?',
  '{count, plural, one {# chat} other {# chats}}': '{count, plural, one {# Chat} other {# Chats}}',
  'Run <0>up</0>': 'Führe <0>up</0> aus',
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'languages-'));
  mkdirSync(join(root, 'apps/web/src/chat'), { recursive: true });
  writeFileSync(join(root, 'apps/web/src/chat/texts.tsx'), SOURCE);
  translate(TRANSLATIONS);
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

/** Translates into German, after extraction. */
function translate(translations: Readonly<Record<string, string>>): void {
  extractTexts(root, ['de']);
  for (const catalogue of readCatalogues(root, 'de')) {
    const entries = catalogue.entries.map((entry) => ({
      ...entry,
      translation: translations[entry.message] ?? entry.translation,
    }));
    writeCatalogue({ ...catalogue, entries });
  }
}

const problems = (complete: readonly string[] = ['de']): readonly string[] =>
  catalogueProblems(root, ['de'], complete);

describe('the check of the catalogues', () => {
  it('accepts complete catalogues', () => {
    expect(problems()).toEqual([]);
  });

  it('reports a missing text only if the language has to be complete', () => {
    const more = SOURCE.replace('New chat', 'Old chat');
    writeFileSync(join(root, 'apps/web/src/chat/more.tsx'), more);
    expect(problems()).toEqual(['de/chat.po: “Old chat” has no translation']);
    expect(problems([])).toEqual([]);
  });

  it('reports a language without any catalogue', () => {
    rmSync(cataloguePath(root, 'de', 'chat'));
    expect(problems()).toHaveLength(4);
  });

  it('reports an obsolete text, which extraction removes', () => {
    writeFileSync(join(root, 'apps/web/src/chat/texts.tsx'), SOURCE.replace(/.*New chat.*/, ''));
    expect(problems([])).toEqual(['de/chat.po: “New chat” isn’t in the sources any more']);
    extractTexts(root, ['de']);
    expect(problems()).toEqual([]);
  });

  it.each([
    ['Delete “{title}”?', 'Löschen?', 'has a translation without placeholder title'],
    ['Delete “{title}”?', '„{titel}“ und {title}', 'has a translation with placeholder titel'],
    ['Delete “{title}”?', '„{title“', 'can’t be parsed'],
    ['Run <0>up</0>', 'Starte es', 'has a translation without tag <0>'],
    ['Run <0>up</0>', '<0>up</0> <1>jetzt</1>', 'has a translation with tag <1>'],
    ['Run <0>up</0>', '</0>up<0>', 'tags don’t close in order'],
    [
      '{count, plural, one {# chat} other {# chats}}',
      '{count, plural, other {# Chats}}',
      'without the plural form one',
    ],
    [
      '{count, plural, one {# chat} other {# chats}}',
      '{count, plural, one {# Chat} few {# Chats} other {# Chats}}',
      'with the plural form few, which the language lacks',
    ],
    [
      '{count, plural, one {# chat} other {# chats}}',
      '{count} Chats',
      'has a translation without placeholder count, plural',
    ],
  ])('reports “%s” as “%s”', (message, translation, expected) => {
    translate({ ...TRANSLATIONS, [message]: translation });
    expect(problems([]).join('\n')).toContain(expected);
    expect(problems([])[0]).toContain(`de/chat.po: “${message}”`);
  });

  it('reports a text that two folders translate differently', () => {
    mkdirSync(join(root, 'apps/web/src/models'));
    writeFileSync(join(root, 'apps/web/src/models/texts.tsx'), SOURCE);
    translate({});
    expect(problems()).toEqual([]);
    const path = cataloguePath(root, 'de', 'models');
    writeFileSync(path, readFileSync(path, 'utf8').replace('Neuer Chat', 'Neue Unterhaltung'));
    expect(problems()).toEqual([
      'de/models.po: “New chat” has a translation that differs from chat.po',
    ]);
  });
});
