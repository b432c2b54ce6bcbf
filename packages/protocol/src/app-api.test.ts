import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import {
  ConversationInputSchema,
  ConversationPatchSchema,
  SetupInputSchema,
  TurnInputSchema,
  UnlockInputSchema,
} from './app-api.ts';
import { EndpointInputSchema, KeyInputSchema } from './provider-api.ts';
import { SessionInputSchema } from './session-api.ts';
import { SettingsInputSchema } from './settings-api.ts';
import { plainText } from './plain-text.ts';

const ID = '01aryz6s41tsv4rrffq69g5fav';
const ENDPOINT = {
  id: 'box',
  label: 'Box',
  dialect: 'openai-chat',
  baseUrl: 'https://box.example/v1',
  auth: 'bearer',
};
const MODEL = { provider: 'demo', model: 'other' };
const TURN = { parentId: null, provider: 'demo', model: 'demo' };

const SCHEMAS = {
  session: [SessionInputSchema, { code: 'x' }],
  setup: [SetupInputSchema, { storage: 'file', passphrase: 'correct horse' }],
  unlock: [UnlockInputSchema, { passphrase: 'x' }],
  key: [KeyInputSchema, { key: 'sk-x' }],
  endpoint: [EndpointInputSchema, ENDPOINT],
  settings: [SettingsInputSchema, { theme: 'dark' }],
  conversation: [ConversationInputSchema, { title: 'T' }],
  patch: [ConversationPatchSchema, { title: 'T' }],
  turn: [TurnInputSchema, { ...TURN, text: 'Hello' }],
} as const;

describe.each(Object.entries(SCHEMAS))('%s', (_name, [schema, input]) => {
  test('accepts the valid input', () => {
    expect(v.safeParse(schema, input).success).toBe(true);
  });

  test('refuses an unknown key', () => {
    expect(v.safeParse(schema, { ...input, admin: true }).success).toBe(false);
  });

  test.each([null, undefined, 'text', 1, true, [input]])('refuses %j', (value) => {
    expect(v.safeParse(schema, value).success).toBe(false);
  });
});

describe('bounds', () => {
  const accepts = (schema: v.GenericSchema, input: unknown): boolean =>
    v.safeParse(schema, input).success;

  test.each([
    [SetupInputSchema, { storage: 'keyring' }, true],
    [SetupInputSchema, { storage: 'plaintext' }, false],
    [SetupInputSchema, { storage: 'file', passphrase: 'x'.repeat(4097) }, false],
    [UnlockInputSchema, { recoveryCode: 'x' }, true],
    [UnlockInputSchema, { recoveryCode: 'x', passphrase: 'x' }, false],
    [UnlockInputSchema, {}, false],
    [KeyInputSchema, { key: '' }, false],
    [KeyInputSchema, { key: 'x'.repeat(8193) }, false],
    [EndpointInputSchema, { ...ENDPOINT, id: 'constructor' }, false],
    [EndpointInputSchema, { ...ENDPOINT, id: '../x' }, false],
    [EndpointInputSchema, { ...ENDPOINT, baseUrl: 'javascript:alert(1)' }, false],
    [EndpointInputSchema, { ...ENDPOINT, baseUrl: 'https://u:p@box.example' }, false],
    [EndpointInputSchema, { ...ENDPOINT, auth: 'cookie' }, false],
    [TurnInputSchema, { ...TURN, parentId: ID }, true],
    [TurnInputSchema, { ...TURN, parentId: 'x' }, false],
    [TurnInputSchema, { ...TURN, text: '' }, false],
    [TurnInputSchema, { ...TURN, text: 'x', compareWith: [MODEL, MODEL, MODEL] }, true],
    [TurnInputSchema, { ...TURN, text: 'x', compareWith: [] }, false],
    [TurnInputSchema, { ...TURN, text: 'x', compareWith: [MODEL, MODEL, MODEL, MODEL] }, false],
    [TurnInputSchema, { ...TURN, text: 'x', compareWith: [{ ...MODEL, provider: '../x' }] }, false],
    [TurnInputSchema, { ...TURN, parentId: ID, inPlaceOf: 'x' }, false],
    [TurnInputSchema, { ...TURN, text: 'x'.repeat(4_000_001) }, false],
    [ConversationPatchSchema, { title: '' }, false],
    [ConversationPatchSchema, { title: 'x'.repeat(201) }, false],
    [SettingsInputSchema, { theme: 'red' }, false],
  ] as const)('row %#', (schema, input, expected) => {
    expect(accepts(schema, input)).toBe(expected);
  });
});

describe('plainText', () => {
  test('is the text and refusals, without empty and other parts', () => {
    expect(
      plainText([
        { kind: 'thinking', text: 'hm' },
        { kind: 'text', text: 'one' },
        { kind: 'text', text: '' },
        { kind: 'tool-call', callId: 'c', name: 'n', inputJson: '{}' },
        { kind: 'refusal', text: 'no' },
      ]),
    ).toBe('one\n\nno');
  });
});
