import { providerId, secretName, type KeyForm, type Provider } from '@postern/protocol';

const KEY_LENGTH = 20;

function keyForm(prefix: string): KeyForm {
  return { prefixes: [prefix], minLength: KEY_LENGTH, example: `${prefix}…` };
}

type Row = Pick<Provider, 'label' | 'dialect' | 'baseUrl'> & Partial<Provider>;

function builtIn(id: string, row: Row): Provider {
  return {
    id: providerId.from(id),
    secret: secretName.from(id),
    auth: 'bearer',
    keyForm: undefined,
    models: [],
    keyPage: undefined,
    inProcess: false,
    builtIn: true,
    local: false,
    ...row,
  };
}

/**
 * The providers that need only a key. `models` are offered if the upstream's own list can't be read.
 */
export const BUILT_IN_PROVIDERS: readonly Provider[] = [
  builtIn('anthropic', {
    label: 'Anthropic',
    dialect: 'anthropic-messages',
    baseUrl: 'https://api.anthropic.com',
    auth: 'x-api-key',
    keyForm: keyForm('sk-ant-'),
    keyPage: 'https://platform.claude.com/settings/keys',
    models: ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5'],
  }),
  builtIn('openai', {
    label: 'OpenAI',
    dialect: 'openai-chat',
    baseUrl: 'https://api.openai.com/v1',
    alsoSpeaks: [{ dialect: 'openai-responses' }],
    keyForm: keyForm('sk-'),
    keyPage: 'https://platform.openai.com/api-keys',
    models: ['gpt-6.1-sol', 'gpt-6.1-terra', 'gpt-6-luna'],
  }),
  builtIn('groq', {
    label: 'Groq',
    dialect: 'openai-chat',
    baseUrl: 'https://api.groq.com/openai/v1',
    keyForm: keyForm('gsk_'),
    keyPage: 'https://console.groq.com/keys',
    models: ['openai/gpt-oss-120b', 'llama-3.3-70b-versatile'],
  }),
  builtIn('openrouter', {
    label: 'OpenRouter',
    dialect: 'openai-chat',
    baseUrl: 'https://openrouter.ai/api/v1',
    keyForm: keyForm('sk-or-'),
    keyPage: 'https://openrouter.ai/settings/keys',
    // Its list of models is public, so it can't test a key.
    keyCheckPath: '/key',
    alsoSpeaks: [{ dialect: 'anthropic-messages', path: '/messages' }],
    models: ['openrouter/auto'],
  }),
  builtIn('ollama', {
    label: 'Ollama',
    dialect: 'openai-chat',
    baseUrl: 'http://127.0.0.1:11434/v1',
    alsoSpeaks: [{ dialect: 'anthropic-messages', path: '/messages' }],
    auth: 'none',
    local: true,
  }),
  builtIn('demo', {
    label: 'Offline demo',
    dialect: 'openai-chat',
    // Not HTTP, so that no connection can be opened to it.
    baseUrl: 'in-process:',
    auth: 'none',
    inProcess: true,
    local: true,
    models: ['demo', 'demo-slow'],
  }),
];
