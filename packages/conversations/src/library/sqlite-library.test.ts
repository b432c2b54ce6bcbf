import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@postern/database';
import { expectOk, ok } from '@postern/kernel';
import {
  presetId,
  promptId,
  providerId,
  type LibraryFile,
  type PresetInput,
  type PromptInput,
} from '@postern/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { KEY, testEnvironment } from '../testing/environment.ts';
import { LIBRARY_MIGRATIONS } from './library-migrations.ts';
import type { LibraryStore } from './library-store.ts';
import { openSqliteLibrary } from './open-library.ts';

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'postern-library-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return join(directory, 'library.db');
}

function openLibrary(path = scratch()): LibraryStore {
  const library = expectOk(openSqliteLibrary({ path, key: KEY, ...testEnvironment() }));
  onTestFinished(() => {
    library.close();
  });
  return library;
}

const VERSE: PresetInput = {
  name: 'Verse',
  model: { provider: 'fake', model: 'm-1' },
  settings: { systemPrompt: 'Answer in verse.\n', temperature: 0.25, effort: 'high' },
};
const SUM: PromptInput = { name: 'Sum up', text: 'Sum up {{text}}\n' };
const full = { ok: false, failure: { reason: 'library-full' } };
const taken = { ok: false, failure: { reason: 'name-taken' } };

test('keeps presets, prompts and favourites when it is closed, sorted by name', () => {
  const path = scratch();
  const first = openLibrary(path);
  const verse = expectOk(first.savePreset(VERSE));
  const brief = expectOk(first.savePreset({ name: 'brief', settings: {} }));
  const sum = expectOk(first.savePrompt(SUM));
  const models = ['b', 'a'].map((model) => ({ provider: providerId.from('fake'), model }));
  for (const model of models) expectOk(first.markFavourite(model, true));
  first.close();
  const again = openLibrary(path);
  expect(again.presets()).toEqual({ ok: true, value: [brief, verse] });
  expect(verse).toEqual({ id: verse.id, ...VERSE });
  expect(again.prompts()).toEqual({ ok: true, value: [sum] });
  expect(sum).toEqual({ id: sum.id, ...SUM });
  expect(again.favourites()).toEqual({ ok: true, value: models });
});

test('changes an entry, and restores a deleted one with its id', () => {
  const library = openLibrary();
  const { id } = expectOk(library.savePreset(VERSE));
  const changed = expectOk(library.savePreset({ name: 'Prose', settings: { temperature: 0 } }, id));
  expect(library.presets()).toEqual({ ok: true, value: [changed] });
  expectOk(library.deletePreset(id));
  expectOk(library.deletePreset(id));
  expect(library.presets()).toEqual({ ok: true, value: [] });
  expectOk(library.savePreset(VERSE, id));
  expect(library.presets()).toEqual({ ok: true, value: [{ id, ...VERSE }] });
  const prompt = expectOk(library.savePrompt(SUM));
  expectOk(library.deletePrompt(prompt.id));
  expect(library.prompts()).toEqual({ ok: true, value: [] });
  expect(library.savePrompt(SUM, prompt.id)).toEqual({ ok: true, value: prompt });
});

test('has at most one default preset', () => {
  const library = openLibrary();
  expect(library.defaultPreset()).toEqual({ ok: true, value: undefined });
  const verse = expectOk(library.savePreset({ ...VERSE, isDefault: true }));
  expect(library.defaultPreset()).toEqual({ ok: true, value: verse });
  const other = expectOk(library.savePreset({ name: 'x', settings: {}, isDefault: true }));
  expect(library.defaultPreset()).toEqual({ ok: true, value: other });
  expect(expectOk(library.presets()).map(({ isDefault }) => isDefault)).toEqual([undefined, true]);
  expectOk(library.savePreset({ name: 'x', settings: {} }, other.id));
  expect(library.defaultPreset()).toEqual({ ok: true, value: undefined });
});

test('rejects a name that another entry of the kind has, and changes nothing then', () => {
  const library = openLibrary();
  const verse = expectOk(library.savePreset({ ...VERSE, isDefault: true }));
  const other = expectOk(library.savePreset({ name: 'Other', settings: {} }));
  expect(library.savePreset({ name: 'VERSE', settings: {}, isDefault: true })).toEqual(taken);
  expect(library.savePreset({ ...VERSE, name: 'ver\uff53e' }, other.id)).toEqual(taken);
  expect(library.presets()).toEqual({ ok: true, value: [other, verse] });
  expectOk(library.savePrompt({ name: 'Verse', text: 'x' }));
  expect(library.savePrompt({ name: 'verse', text: 'y' })).toEqual(taken);
  expectOk(library.savePreset({ ...VERSE, name: 'VERSE' }, verse.id));
});

test('replaces lone surrogates', () => {
  const library = openLibrary();
  const prompt = expectOk(library.savePrompt({ name: 'a', text: 'a\ud83d' }));
  expect(prompt.text).toBe('a\ufffd');
  expect(library.prompts()).toEqual({ ok: true, value: [prompt] });
  const preset = expectOk(library.savePreset({ name: 'a', settings: { systemPrompt: '\udc00' } }));
  expect(library.presets()).toEqual({ ok: true, value: [preset] });
});

test('is limited in number and in length', () => {
  const library = openLibrary();
  const long = 'x'.repeat(49_998);
  const file = {
    presets: [],
    prompts: Array.from({ length: 80 }, (_, at) => ({ name: `p${at}`, text: `${at + 10}${long}` })),
  };
  expect(library.addAll(file)).toMatchObject({ ok: true, value: { added: 80 } });
  expect(library.savePrompt({ name: 'one more', text: 'x' })).toEqual(full);
  expect(library.savePreset({ name: 'x', settings: { systemPrompt: 'x' } })).toEqual(full);
  const [first, ...others] = expectOk(library.prompts());
  expect(others).toHaveLength(79);
  expectOk(library.deletePrompt(first?.id ?? promptId.from('0'.repeat(26))));
  const short = Array.from({ length: 922 }, (_, at) => ({ name: `s${at}`, text: 'x' }));
  expect(library.addAll({ presets: [], prompts: short })).toEqual(full);
  expect(library.addAll({ presets: [], prompts: short.slice(1) })).toMatchObject({ ok: true });
  for (let at = 0; at < 100; at += 1) {
    expectOk(library.markFavourite({ provider: providerId.from('p'), model: `m${at}` }, true));
  }
  expect(library.markFavourite({ provider: providerId.from('p'), model: 'x' }, true)).toEqual(full);
  expectOk(library.markFavourite({ provider: providerId.from('p'), model: 'm0' }, false));
  expectOk(library.markFavourite({ provider: providerId.from('p'), model: 'x' }, true));
});

test('imports a file once, and numbers names that are taken', () => {
  const library = openLibrary();
  const file: Pick<LibraryFile, 'presets' | 'prompts'> = {
    presets: [VERSE],
    prompts: [SUM, { name: 'sum UP', text: 'another' }],
  };
  expect(library.addAll(file)).toEqual({
    ok: true,
    value: { added: 3, renamed: 1, unchanged: 0 },
  });
  expect(expectOk(library.prompts()).map(({ name }) => name)).toEqual(['Sum up', 'sum UP (2)']);
  expect(library.addAll(file)).toEqual({
    ok: true,
    value: { added: 0, renamed: 0, unchanged: 3 },
  });
  const long = { name: `${'n'.repeat(63)}😀`.slice(0, 64), text: 'a' };
  expectOk(library.addAll({ presets: [], prompts: [long, { ...long, text: 'b' }] }));
  const names = expectOk(library.prompts()).map(({ name }) => name);
  expect(names).toContain(`${'n'.repeat(60)} (2)`);
});

test('contains no readable text on the disk', () => {
  const path = scratch();
  const library = openLibrary(path);
  expectOk(library.savePrompt({ name: 'marked-name', text: 'marked-text' }));
  expectOk(library.savePreset({ name: 'p', settings: { systemPrompt: 'marked-system' } }));
  for (const file of [path, `${path}-wal`]) {
    expect(readFileSync(file, 'latin1')).not.toMatch(/marked/);
  }
});

test('a preset in an unknown form isn’t listed, and stays', () => {
  const path = scratch();
  const library = openLibrary(path);
  const { id } = expectOk(library.savePreset({ ...VERSE, isDefault: true }));
  library.close();
  const options = { path, key: KEY, migrations: LIBRARY_MIGRATIONS, label: 'library' };
  for (const stored of ['{', '{"settings":{"topK":1}}', '3']) {
    const database = expectOk(openDatabase(options));
    const meddle = database.prepare('UPDATE preset SET content = ?');
    expectOk(database.runInTransaction(() => ok(meddle.run(stored))));
    database.close();
    const again = openLibrary(path);
    expect(again.presets()).toEqual({ ok: true, value: [] });
    expect(again.defaultPreset()).toEqual({ ok: true, value: undefined });
    expect(again.savePreset(VERSE)).toEqual(taken);
    expectOk(again.deletePreset(presetId.from('0'.repeat(26))));
    again.close();
  }
  const last = openLibrary(path);
  const replaced = expectOk(last.savePreset(VERSE, id));
  expect(last.presets()).toEqual({ ok: true, value: [replaced] });
});
