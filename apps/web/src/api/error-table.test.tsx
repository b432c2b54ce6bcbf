import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { activate } from '../languages/i18n.ts';
import { chooseLanguage } from '../languages/language.ts';
import { prepareErrorTexts } from './later-error-texts.ts';
import { problemFrom, problemFromFailure } from './problem.ts';

beforeEach(async () => {
  await chooseLanguage('de');
  await prepareErrorTexts();
});

afterEach(async () => {
  await chooseLanguage('en');
  activate('en', 'en', {});
});

const sent = (error: Record<string, unknown>): ReturnType<typeof problemFrom> =>
  problemFrom({ error: { message: '', ...error } });

describe('problems of the process in another language', () => {
  it('have the table’s message and remedy', () => {
    const problem = sent({
      code: 'FOLDER_EXISTS',
      message: 'Another folder has this name.',
      remedy: 'Choose another name, or move the chats to that folder.',
    });
    expect(problem).toEqual({
      reason: 'refused',
      code: 'FOLDER_EXISTS',
      message: 'Ein anderer Ordner hat diesen Namen.',
      remedy: 'Wähle einen anderen Namen, oder verschiebe die Chats in jenen Ordner.',
    });
  });

  it('have their values, as they are', () => {
    const provider = '<b>{x} $&';
    const details = { sentence: 'The vault has no key for {provider}.', values: { provider } };
    const message = `The vault has no key for ${provider}.`;
    const problem = sent({ code: 'UPSTREAM_NO_KEY', message, details });
    expect(problem.message).toBe(`Der Tresor hat keinen Schlüssel für ${provider}.`);
    expect(problem.detail).toBeUndefined();
  });

  it('show what has no translation after the table’s message', () => {
    const problem = sent({
      code: 'VAULT_DAMAGED',
      message:
        'A vault file is damaged or was altered, and was left unchanged: slots.json is gone.',
      remedy: 'Put slots.json back.',
    });
    expect(problem.message).toContain('beschädigt');
    expect(problem.detail).toBe('slots.json is gone.');
    expect(problem.remedy).toBe('Stelle sie aus deiner letzten Sicherung wieder her.');
  });

  it('keep the words of a provider', () => {
    const problem = problemFromFailure(
      { code: 'UPSTREAM_REQUEST_REFUSED', message: "max_tokens isn't allowed" },
      undefined,
    );
    expect(problem.message).toBe('Der Anbieter hat die Anfrage abgelehnt.');
    expect(problem.detail).toBe('max_tokens isn’t allowed');
  });

  it.each(['OF_ANOTHER_VERSION', 'constructor'])('are marked as English for %s', (code) => {
    const problem = sent({ code, message: 'It failed.', remedy: 'Try again.' });
    expect(problem).toMatchObject({ message: 'It failed.', lang: 'en' });
  });

  it.each([{ sentence: 1 }, 'x', { sentence: '{a}', values: [] }])(
    'ignore the details %j',
    (details) => {
      const problem = sent({ code: 'FOLDER_EXISTS', message: 'Own words.', details });
      expect(problem.message).toBe('Ein anderer Ordner hat diesen Namen.');
    },
  );

  it('change with the language of the page', async () => {
    const problem = sent({ code: 'VAULT_LOCKED', message: 'The vault is locked.' });
    await chooseLanguage('es');
    expect(problem.message).toBe('La bóveda está bloqueada.');
    await chooseLanguage('en');
    expect(problem.message).toBe('The vault is locked.');
    expect(problem.lang).toBeUndefined();
  });
});
