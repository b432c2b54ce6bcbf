import {
  DIALECT_INFO,
  perDialect,
  providerId,
  secretName,
  type DialectId,
  type Provider,
} from '@postern/protocol';
import { describe, expect, it } from 'vitest';
import { chooseProvider } from './choose-provider.ts';

const provider = (id: string, dialect: DialectId): Provider => ({
  id: providerId.from(id),
  label: id,
  dialect,
  baseUrl: 'http://127.0.0.1:1',
  auth: 'bearer',
  secret: secretName.from(id),
  keyForm: undefined,
  models: [],
  keyPage: undefined,
  inProcess: false,
  builtIn: true,
  local: true,
});

const table = new Map(
  [
    provider('anthropic', 'anthropic-messages'),
    provider('openai', 'openai-chat'),
    {
      ...provider('openrouter', 'openai-chat'),
      alsoSpeaks: [{ dialect: 'anthropic-messages' as const, path: '/messages' }],
    },
    { ...provider('demo', 'openai-chat'), inProcess: true },
  ].map((provider) => [String(provider.id), provider]),
);
const providers = { get: (id: string) => table.get(id) };
const defaults = perDialect((dialect) => providerId.from(DIALECT_INFO[dialect].defaultProvider));

describe('chooseProvider', () => {
  it.each([
    ['a bare name', 'gpt-5', 'openai-chat', 'openai', 'gpt-5'],
    ['a bare name of the other dialect', 'claude', 'anthropic-messages', 'anthropic', 'claude'],
    ['a prefix', 'openrouter/gpt-5', 'openai-chat', 'openrouter', 'gpt-5'],
    ['a prefix before slashes', 'openrouter/a/b:free', 'openai-chat', 'openrouter', 'a/b:free'],
    ['a prefix that names no provider', 'meta/llama', 'openai-chat', 'openai', 'meta/llama'],
    ['a prefix in other case', 'OpenRouter/x', 'openai-chat', 'openai', 'OpenRouter/x'],
    ['a leading slash', '/x', 'openai-chat', 'openai', '/x'],
  ] as const)('%s', (_name, model, dialect, expectedProvider, expectedModel) => {
    const choice = chooseProvider(model, dialect, providers, defaults);
    expect(choice).toMatchObject({
      ok: true,
      value: { provider: { id: expectedProvider }, model: expectedModel },
    });
  });

  it.each([
    ['a prefix without a name', 'openai/', 'model-unknown'],
    ['the demo', 'demo/demo', 'model-unknown'],
  ] as const)('refuses %s', (_name, model, reason) => {
    expect(chooseProvider(model, 'openai-chat', providers, defaults)).toMatchObject({
      failure: { reason },
    });
  });

  it("uses the provider's own dialect if it doesn't speak the called one", () => {
    expect(chooseProvider('anthropic/claude', 'openai-chat', providers, defaults)).toMatchObject({
      value: { provider: { id: 'anthropic' }, dialect: 'anthropic-messages', path: '/v1/messages' },
    });
    expect(chooseProvider('openrouter/x', 'openai-responses', providers, defaults)).toMatchObject({
      value: { dialect: 'openai-chat', path: '/chat/completions' },
    });
  });

  it('finds the path of each dialect that a provider speaks', () => {
    expect(chooseProvider('openrouter/x', 'openai-chat', providers, defaults)).toMatchObject({
      value: { path: '/chat/completions' },
    });
    expect(chooseProvider('openrouter/x', 'anthropic-messages', providers, defaults)).toMatchObject(
      {
        value: { path: '/messages' },
      },
    );
  });

  it('refuses a bare name where the default provider is not configured', () => {
    const none = { ...defaults, 'openai-chat': providerId.from('gone') };
    expect(chooseProvider('gpt-5', 'openai-chat', providers, none)).toMatchObject({
      failure: { reason: 'model-unknown' },
    });
  });
});
