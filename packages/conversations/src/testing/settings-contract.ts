import { expectOk } from '@postern/kernel';
import { conversationId, type ChatSettings } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { testEnvironment, type OpenStore } from './environment.ts';

const NOWHERE = conversationId.from('0'.repeat(26));
const notFound = { ok: false, failure: { reason: 'conversation-not-found' } };

const ALL: ChatSettings = {
  systemPrompt: 'Answer in verse.\n',
  temperature: 0.25,
  effort: 'high',
  maxOutputTokens: 4096,
};

/** The settings of conversations in every `ConversationStore`. */
export function describeSettings(name: string, open: OpenStore): void {
  describe(`${name}: settings`, () => {
    keepsSettings(open);
    removesSettings(open);
  });
}

function keepsSettings(open: OpenStore): void {
  test('keeps the settings of each conversation, and those of the next', () => {
    const store = open(testEnvironment());
    const plain = expectOk(store.create({ title: 'x' }));
    const chosen = expectOk(store.create({ title: 'y', settings: ALL }));
    expect(chosen).not.toHaveProperty('settings');
    expect(store.settings.find(plain.id)).toEqual({ ok: true, value: undefined });
    expect(store.settings.find(chosen.id)).toEqual({ ok: true, value: ALL });
    expect(expectOk(store.open(chosen.id)).settings).toEqual(ALL);
    expect(expectOk(store.open(plain.id))).not.toHaveProperty('settings');

    expect(store.settings.find(null)).toEqual({ ok: true, value: undefined });
    expectOk(store.settings.save(null, { temperature: 0 }));
    expectOk(store.settings.save(plain.id, { effort: 'none' }));
    expectOk(store.settings.save(chosen.id, undefined));
    expect(store.settings.find(null)).toEqual({ ok: true, value: { temperature: 0 } });
    expect(store.settings.find(plain.id)).toEqual({ ok: true, value: { effort: 'none' } });
    expect(store.settings.find(chosen.id)).toEqual({ ok: true, value: undefined });
    expect(store.settings.save(NOWHERE, ALL)).toEqual(notFound);
  });

  test('keeps a system prompt of 200,000 characters, without lone surrogates', () => {
    const store = open(testEnvironment());
    const long = '\u0001"😀x'.repeat(40_000);
    expectOk(store.settings.save(null, { systemPrompt: long }));
    expect(store.settings.find(null)).toEqual({ ok: true, value: { systemPrompt: long } });
    expectOk(store.settings.save(null, { systemPrompt: 'a\ud83d' }));
    expect(store.settings.find(null)).toEqual({ ok: true, value: { systemPrompt: 'a\ufffd' } });
  });
}

function removesSettings(open: OpenStore): void {
  test('purges the settings of a removed conversation', () => {
    const environment = testEnvironment();
    const store = open(environment);
    const { id } = expectOk(store.create({ title: 'x', settings: ALL }));
    expectOk(store.settings.save(null, ALL));
    expectOk(store.remove(id));
    expect(store.settings.save(id, { temperature: 1 })).toEqual(notFound);
    expectOk(store.restore(id));
    expect(store.settings.find(id)).toEqual({ ok: true, value: ALL });
    expectOk(store.remove(id));
    expectOk(store.purgeRemoved(environment.clock.nowMs() + 1));
    expect(store.settings.find(id)).toEqual({ ok: true, value: undefined });
    expect(store.settings.find(null)).toEqual({ ok: true, value: ALL });
  });
}
