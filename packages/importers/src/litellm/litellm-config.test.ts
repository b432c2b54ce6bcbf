import { isJsonObject, type JsonValue } from '@postern/kernel';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { importWorld, type ImportWorld } from '../testing/import-world.ts';
import { parseLitellmConfig, readLitellmConfig } from './litellm-config.ts';
import { parseYaml } from './read-yaml.ts';

function parse(text: string) {
  const value = parseYaml(text);
  const config = value.ok ? parseLitellmConfig(value.value) : undefined;
  if (config === undefined) throw new Error('not a configuration of LiteLLM');
  return config;
}

const notesOf = (text: string) => parse(text).notes.map(({ path, kind }) => `${path}: ${kind}`);

describe('parseLitellmConfig', () => {
  test('reads models with keys from the file, its variables, its credentials and the environment', () => {
    const { models, secrets, notes } = parse(`
environment_variables: {GROQ_API_KEY: from-the-file}
credential_list:
  - {credential_name: shared, credential_values: {api_key: of-the-credential, api_base: "https://a.example"}}
model_list:
  - {model_name: a, litellm_params: {model: openai/x, api_key: literal, weight: 2, order: "1", rpm: 60}}
  - {model_name: b, litellm_params: {model: groq/x, api_key: os.environ/GROQ_API_KEY}, tpm: 100}
  - {model_name: c, litellm_params: {model: azure/x, litellm_credential_name: shared}}
  - {model_name: d, litellm_params: {model: openai/x, api_key: os.environ/OPENAI_API_KEY}}
`);
    expect(notes.map(({ path, kind }) => `${path}: ${kind}`)).toEqual([
      'model_list[0].litellm_params.rpm: not-mapped',
      'model_list[1].tpm: not-mapped',
    ]);
    for (const { message } of notes) expect(message).toMatch(/^It can't be mapped: Postern limits/);
    expect(secrets).toEqual(['literal', 'from-the-file', 'of-the-credential']);
    expect(models).toMatchObject([
      {
        name: 'a',
        apiKey: { kind: 'text', text: 'literal' },
        weight: 2,
        order: 1,
        requestsPerMinute: 60,
      },
      { name: 'b', apiKey: { kind: 'text', text: 'from-the-file' }, tokensPerMinute: 100 },
      {
        name: 'c',
        apiKey: { kind: 'text', text: 'of-the-credential' },
        apiBase: { kind: 'text', text: 'https://a.example' },
      },
      { name: 'd', apiKey: { kind: 'variable', name: 'OPENAI_API_KEY' } },
    ]);
  });

  test('reads routing from the settings of the router and of the library', () => {
    const config = parse(`
router_settings:
  fallbacks: [{a: [b, c]}]
  model_group_alias: {x: a, y: {model: b, hidden: true}}
  num_retries: 4
litellm_settings: {num_retries: 1, request_timeout: 30, default_fallbacks: [c]}
`);
    expect([...config.aliases]).toEqual([
      ['x', 'a'],
      ['y', 'b'],
    ]);
    expect([...config.fallbacks].map(([name, { models }]) => [name, models])).toEqual([
      ['*', ['c']],
      ['a', ['b', 'c']],
    ]);
    expect(config.retries).toEqual({ path: 'router_settings.num_retries', value: 4 });
    expect(config.timeoutSeconds).toMatchObject({ value: 30 });
  });

  test.each([
    [
      'a setting of a model',
      'model_list: [{model_name: a, litellm_params: {model: b, temperature: 1}}]',
      'model_list[0].litellm_params.temperature: not-mapped',
    ],
    [
      'an unknown setting of a model',
      'model_list: [{model_name: a, litellm_params: {model: b}, x: 1}]',
      'model_list[0].x: not-mapped',
    ],
    [
      'a model without a name',
      'model_list: [{litellm_params: {model: b}}]',
      'model_list[0]: not-mapped',
    ],
    [
      'a model that draws',
      'model_list: [{model_name: a, litellm_params: {model: b}, model_info: {mode: image_generation}}]',
      'model_list[0]: not-mapped',
    ],
    ['a text in place of a list', 'model_list: x', 'model_list: not-mapped'],
    [
      'a text in place of a map',
      'model_list: []\nrouter_settings: x',
      'router_settings: not-mapped',
    ],
    [
      'a list in place of text',
      'model_list: [{model_name: [a], litellm_params: {model: b}}]',
      'model_list[0].model_name: not-mapped',
    ],
    [
      'a negative weight',
      'model_list: [{model_name: a, litellm_params: {model: b, weight: -1}}]',
      'model_list[0].litellm_params.weight: not-mapped',
    ],
    [
      'a reference that is no name',
      'model_list: [{model_name: a, litellm_params: {model: b, api_key: "os.environ/A B"}}]',
      'model_list[0].litellm_params.api_key: not-mapped',
    ],
    [
      'a name that every object has',
      'model_list: []\ngeneral_settings: {toString: 1}',
      'general_settings.toString: not-mapped',
    ],
    [
      'the key for everything',
      'general_settings: {master_key: sk-1}',
      'general_settings.master_key: not-mapped',
    ],
    ['a part of the file', 'model_list: []\nguardrails: []', 'guardrails: not-mapped'],
    [
      'a setting that is not needed',
      'litellm_settings: {drop_params: true}',
      'litellm_settings.drop_params: not-needed',
    ],
  ])('notes %s', (_name, text, note) => {
    expect(notesOf(text)).toContain(note);
  });

  test('notes every setting that it does not read', () => {
    const names = ['router_settings', 'litellm_settings', 'general_settings'];
    const value: JsonValue = Object.fromEntries(
      names.map((name) => [name, { 'not a setting': 1 }]),
    );
    const paths = parseLitellmConfig(value)?.notes.map(({ path }) => path);
    expect(paths).toEqual(names.map((name) => `${name}.not a setting`));
    expect(isJsonObject(value)).toBe(true);
  });
});

describe('readLitellmConfig', () => {
  let world: ImportWorld;
  beforeEach(async () => {
    world = await importWorld();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  test.each([
    ['a broken line', 'model_list:\n  - [', { reason: 'import-malformed', line: 2 }],
    ['another YAML file', 'services: {}', { reason: 'import-malformed' }],
    ['text', 'hello', { reason: 'import-malformed' }],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 0]), { reason: 'import-malformed' }],
    ['a large file', ' '.repeat(512 * 1024 + 1), { reason: 'unsafe-file', problem: 'too-large' }],
  ])('refuses %s', async (_name, content, failure) => {
    const path = await world.put('config.yaml', content);
    expect(await readLitellmConfig(path)).toMatchObject({
      ok: false,
      failure: { ...failure, path },
    });
  });
});
