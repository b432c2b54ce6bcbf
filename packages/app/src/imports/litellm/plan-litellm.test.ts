import { expectOk, revealSecret } from '@postern/kernel';
import { readLitellmConfig } from '@postern/importers';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratchDirectory } from '../../testing/scratch-directory.ts';
import { mergeIntoConfig } from './merge-into-config.ts';
import { planLitellm, type LitellmPlan } from './plan-litellm.ts';

async function planOf(
  text: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<LitellmPlan> {
  const path = join(scratchDirectory(), 'config.yaml');
  await writeFile(path, text);
  return planLitellm(expectOk(await readLitellmConfig(path)), (name) => environment[name]);
}

/** A file with these models, each written as `name: litellm_params`. */
const modelsOf = (...models: readonly (readonly [string, string])[]): string =>
  `model_list:\n${models.map(([name, params]) => `  - {model_name: ${name}, litellm_params: {${params}}}`).join('\n')}\n`;

const configOf = (plan: LitellmPlan) => mergeIntoConfig({}, plan.wanted, false).config;

const secretsOf = ({ secrets }: LitellmPlan) =>
  Object.fromEntries(secrets.map(({ name, value }) => [name, revealSecret(value)]));

describe('providers', () => {
  test.each([
    ['a built-in one', 'model: groq/llama', 'groq/llama', undefined],
    ['one with another name in Postern', 'model: together_ai/a/b', 'together/a/b', undefined],
    [
      'one that a model implies',
      'model: claude-sonnet-4-5',
      'anthropic/claude-sonnet-4-5',
      undefined,
    ],
    [
      'one that the parameters name',
      'model: gpt-x, custom_llm_provider: openai',
      'openai/gpt-x',
      undefined,
    ],
    [
      'its own address',
      'model: openai/gpt-x, api_base: "https://api.openai.com/v1/"',
      'openai/gpt-x',
      undefined,
    ],
    [
      'a local server',
      'model: ollama_chat/llama3, api_base: "http://localhost:11500"',
      'ollama/llama3',
      { ollama: { baseUrl: 'http://localhost:11500/v1' } },
    ],
    [
      'a local server with a key',
      'model: hosted_vllm/q, api_key: k',
      'vllm/q',
      { vllm: { auth: 'bearer' } },
    ],
    [
      'an Azure resource',
      'model: azure/d, api_base: "https://r.openai.azure.com/"',
      'azure/d',
      { azure: { baseUrl: 'https://r.openai.azure.com/openai/v1' } },
    ],
    [
      'a compatible server',
      'model: openai/q, api_base: "https://llm.example/v1/chat/completions"',
      'llm.example/q',
      {
        'llm.example': {
          dialect: 'openai-chat',
          alsoSpeaks: [{ dialect: 'openai-responses' }],
          baseUrl: 'https://llm.example/v1',
          auth: 'bearer',
        },
      },
    ],
    [
      'Messages at another address',
      'model: anthropic/c, api_base: "https://m.example/v1/messages"',
      'm.example/c',
      {
        'm.example': {
          dialect: 'anthropic-messages',
          baseUrl: 'https://m.example',
          auth: 'x-api-key',
        },
      },
    ],
    [
      'a known provider that is not built in',
      'model: perplexity/sonar',
      'perplexity/sonar',
      {
        perplexity: {
          dialect: 'openai-chat',
          baseUrl: 'https://api.perplexity.ai',
          auth: 'bearer',
        },
      },
    ],
  ])('%s', async (_name, params, model, providers) => {
    const plan = await planOf(modelsOf(['ours', params]));
    expect(configOf(plan)).toMatchObject({
      gateway: { models: { ours: { targets: [{ model }] } } },
    });
    expect(configOf(plan)['providers']).toEqual(providers);
    expect(plan.notes).toEqual([]);
  });

  test.each([
    ['a login of a cloud', 'model: bedrock/x', 'model'],
    ['an unknown model', 'model: x', 'model'],
    [
      'an address with a password',
      'model: openai/x, api_base: "https://u:p@h.example"',
      'api_base',
    ],
    [
      'an address with a key',
      'model: openai/x, api_base: "https://h.example/sk-proj-0123456789abcdefghij/v1"',
      'api_base',
    ],
    ['another scheme', 'model: openai/x, api_base: "file:///etc/passwd"', 'api_base'],
    ['plain HTTP to a public host', 'model: openai/x, api_base: "http://h.example/v1"', 'api_base'],
    ['a metadata service', 'model: openai/x, api_base: "http://169.254.169.254/v1"', 'api_base'],
    ['Azure without an address', 'model: azure/x', 'api_base'],
    [
      'an address in the environment',
      'model: azure/x, api_base: os.environ/AZURE_API_BASE',
      'api_base',
    ],
  ])('notes %s, and adds nothing for it', async (_name, params, field) => {
    const plan = await planOf(modelsOf(['ours', params]));
    expect(plan.notes).toMatchObject([
      { path: `model_list[0].litellm_params.${field}`, kind: 'not-mapped' },
    ]);
    expect(configOf(plan)).toEqual({});
  });

  test('a host on a private network becomes a local host', async () => {
    const plan = await planOf(
      modelsOf(
        ['a', 'model: openai/x, api_base: "http://10.0.0.5:8000/v1"'],
        ['b', 'model: openai/x, api_base: "http://vllm:8000/v1"'],
        ['c', 'model: openai/x, api_base: "https://llm.lan/v1"'],
      ),
    );
    expect(configOf(plan)['localHosts']).toEqual(['10.0.0.5', 'vllm', 'llm.lan']);
  });

  test('each further key and address is a provider, with the same name whether variables are read or not', async () => {
    const text = modelsOf(
      ['a', 'model: azure/x, api_base: os.environ/US, api_key: os.environ/US_KEY'],
      ['a', 'model: azure/x, api_base: "https://eu.openai.azure.com", api_key: eu'],
      ['b', 'model: openai/x, api_key: one'],
      ['b', 'model: openai/x, api_key: two'],
    );
    const unread = await planOf(text);
    expect(secretsOf(unread)).toEqual({ 'azure-2': 'eu', openai: 'one', 'openai-2': 'two' });
    const environment = { US: 'https://us.openai.azure.com', US_KEY: 'us' };
    const read = await planOf(text, environment);
    expect(secretsOf(read)).toEqual({ azure: 'us', ...secretsOf(unread) });
    expect(configOf(read)).toMatchObject({
      providers: {
        azure: { baseUrl: 'https://us.openai.azure.com/openai/v1' },
        'azure-2': { baseUrl: 'https://eu.openai.azure.com/openai/v1', auth: 'api-key' },
        'openai-2': { baseUrl: 'https://api.openai.com/v1' },
      },
    });
  });
});

describe('secrets', () => {
  test('in place of names are masked, also if their form is not known', async () => {
    const key = 'a.long-key-without-a-form';
    const plan = await planOf(
      `${modelsOf(['a', `model: openai/x, api_key: ${key}, ${key}: 1`], [key, 'model: openai/x'], ['b', `model: openai/x, api_base: "https://h.example/${key}"`])}general_settings: {master_key: ${key}2}\n${key}2: 1\nsk-proj-0123456789abcdefghij: 1\nrouter_settings: {model_group_alias: {${key}3: a}}`,
    );
    const { secrets, ...rest } = plan;
    expect(secrets).toHaveLength(1);
    expect(JSON.stringify(rest)).not.toMatch(/without-a-form|sk-proj/);
    expect(plan.notes.filter(({ path }) => path.includes('[masked]'))).toHaveLength(4);
  });

  test('a key in the environment is taken only if variables may be read', async () => {
    const text = modelsOf(['a', 'model: openai/x, api_key: os.environ/K'], ['b', 'model: groq/x']);
    const unread = await planOf(text);
    expect(unread.secrets).toEqual([]);
    expect(unread.missing).toEqual([
      { name: 'openai', variable: 'K' },
      { name: 'groq', variable: 'GROQ_API_KEY' },
    ]);
    const read = await planOf(text, { K: 'of-openai', GROQ_API_KEY: 'of-groq' });
    expect(secretsOf(read)).toEqual({ openai: 'of-openai', groq: 'of-groq' });
    expect(read.missing).toEqual([]);
  });

  test('a subscription token is noted and not stored', async () => {
    const plan = await planOf(
      modelsOf(['a', `model: anthropic/x, api_key: sk-ant-oat01-${'x'.repeat(30)}`]),
    );
    expect(plan.secrets).toEqual([]);
    expect(plan.notes).toMatchObject([{ path: 'model_list[0].litellm_params.api_key' }]);
  });
});

describe('aliases', () => {
  const aliasesOf = async (text: string): Promise<unknown> => {
    const { gateway } = configOf(await planOf(text));
    return gateway;
  };

  test.each([
    ['weights', [', weight: 3', ', weight: 1'], [3, 1]],
    ['weights with fractions', [', weight: 0.7', ', weight: 0.3'], [7, 3]],
    ['requests per minute', [', rpm: 600', ', rpm: 200'], [3, 1]],
    ['tokens per minute', [', tpm: 100000', ', tpm: 50000'], [2, 1]],
    ['large numbers', [', weight: 1000003', ', weight: 1'], [1000, 1]],
    ['nothing', ['', ''], [undefined, undefined]],
  ])('have shares by %s', async (_name, params, weights) => {
    const text = modelsOf(
      ['a', `model: openai/x${params[0] ?? ''}`],
      ['a', `model: groq/x${params[1] ?? ''}`],
    );
    const targets = ['openai/x', 'groq/x'].map((model, at) => {
      const weight = weights[at];
      return weight === undefined || weight === 1 ? { model } : { model, weight };
    });
    expect(await aliasesOf(text)).toEqual({ models: { a: { targets } } });
  });

  test('have priorities by order, and then their fallbacks', async () => {
    const text = `${modelsOf(
      ['a', 'model: openai/second, order: 2'],
      ['a', 'model: openai/first, order: 1'],
      ['a', 'model: openai/last'],
      ['b', 'model: groq/b'],
      ['c', 'model: mistral/c'],
    )}router_settings: {fallbacks: [{a: [b, old, a]}], default_fallbacks: [c], model_group_alias: {old: c}}`;
    const c = { targets: [{ model: 'mistral/c' }] };
    expect(await aliasesOf(text)).toEqual({
      models: {
        a: {
          targets: [
            { model: 'openai/first' },
            { model: 'openai/second', priority: 2 },
            { model: 'openai/last', priority: 3 },
            { model: 'groq/b', priority: 4 },
            { model: 'mistral/c', priority: 5 },
          ],
        },
        b: { targets: [{ model: 'groq/b' }, { model: 'mistral/c', priority: 2 }] },
        c,
        old: c,
      },
      retries: { attempts: 5 },
    });
  });

  test.each([
    ['a model of a provider', 'openai/gpt-x', 'openai/gpt-x', 'not-needed'],
    ['every model of a provider', '"openai/*"', '"openai/*"', 'not-needed'],
    ['every model', '"*"', '"openai/*"', 'not-mapped'],
    ['a model of another provider', 'openai/gpt-x', 'groq/x', 'not-mapped'],
    ['a name with a line break', String.raw`"a\nb"`, 'openai/x', 'not-mapped'],
    ['a name that controls the terminal', String.raw`"\e[2J"`, 'openai/x', 'not-mapped'],
    ['a name that every object has', 'constructor', 'openai/x', 'not-mapped'],
    ['a key', 'sk-proj-0123456789abcdefghij', 'openai/x', 'not-mapped'],
    ['a key as a model', 'a', 'openai/sk-proj-0123456789abcdefghij', 'not-mapped'],
    ['a model with a space', 'a', '"openai/a b"', 'not-mapped'],
  ])('need no entry, or have none, for %s', async (_name, name, model, kind) => {
    const plan = await planOf(modelsOf([name, `model: ${model}`]));
    expect(plan.notes.map((note) => note.kind)).toEqual([kind]);
    expect(configOf(plan)).toEqual({});
  });
});

describe('the configuration', () => {
  const TEXT = modelsOf(['a', 'model: openai/x, api_key: k']);

  test('keeps a value that is there, unless it is to be replaced', async () => {
    const plan = await planOf(TEXT);
    const before = { port: 1, gateway: { models: { a: { targets: [{ model: 'groq/x' }] } } } };
    const kept = mergeIntoConfig(before, plan.wanted, false);
    expect(kept.config).toEqual(before);
    expect(kept.changes).toMatchObject([{ name: 'a', outcome: 'kept' }]);
    const replaced = mergeIntoConfig(before, plan.wanted, true);
    expect(replaced.config).toEqual({ port: 1, ...configOf(plan) });
    expect(replaced.changes).toMatchObject([{ name: 'a', outcome: 'replace' }]);
    expect(mergeIntoConfig(replaced.config, plan.wanted, false).changes).toMatchObject([
      { name: 'a', outcome: 'same' },
    ]);
  });

  test.each([false, true])(
    'gets no alias of a provider that has another address (replacing: %s)',
    async (isReplacing) => {
      const plan = await planOf(TEXT);
      const before = { providers: { openai: { baseUrl: 'https://other.example/v1' } } };
      const merged = mergeIntoConfig(before, plan.wanted, isReplacing);
      expect(merged.config).toEqual(before);
      expect(merged.changes).toMatchObject([{ name: 'a', outcome: 'other-address' }]);
      expect([...merged.elsewhere]).toEqual(['openai']);
    },
  );

  test('gets limits of retries, the circuit breaker and the wait', async () => {
    const plan = await planOf(
      'router_settings: {num_retries: 4, allowed_fails: 2, cooldown_time: 45, timeout: 12.5}',
    );
    expect(configOf(plan)).toEqual({
      gateway: {
        retries: { attempts: 5 },
        breaker: { failures: 3, openFor: '45s' },
        headTimeout: '13s',
      },
    });
  });
});
