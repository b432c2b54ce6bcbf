import {
  providerId,
  secretName,
  type KeyForm,
  type Provider,
  type ServerQuirks,
} from '@postern/protocol';

const KEY_LENGTH = 20;

function keyForm(...prefixes: readonly [string, ...string[]]): KeyForm {
  return { prefixes, minLength: KEY_LENGTH, example: `${prefixes[0]}…` };
}

/** The efforts of servers that have the usual three and none at all. */
const USUAL_EFFORTS = ['none', 'low', 'medium', 'high'] as const;

/** Servers on the user's own machine, most of which run open models. */
const LOCAL_SERVER = {
  dialect: 'openai-chat',
  auth: 'none',
  local: true,
} as const;

const LOCAL_QUIRKS: ServerQuirks = {
  tokenLimit: 'max_tokens',
  efforts: USUAL_EFFORTS,
  maxStops: 16,
  takesTopK: true,
};

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
    quirks: { tokenLimit: 'max_completion_tokens' },
    keyForm: keyForm('sk-'),
    keyPage: 'https://platform.openai.com/api-keys',
    models: ['gpt-6.1-sol', 'gpt-6.1-terra', 'gpt-6-luna'],
  }),
  builtIn('gemini', {
    label: 'Google Gemini',
    dialect: 'openai-chat',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    quirks: {
      efforts: ['none', 'minimal', 'low', 'medium', 'high'],
      maxStops: 5,
      refuses: [
        'seed',
        'presencePenalty',
        'frequencyPenalty',
        'logprobs',
        'parallelToolCalls',
        'serviceTier',
        'userId',
        'metadata',
      ],
    },
    keyForm: keyForm('AIza', 'AQ.'),
    keyPage: 'https://aistudio.google.com/apikey',
    models: ['gemini-pro-latest', 'gemini-flash-latest'],
  }),
  builtIn('mistral', {
    label: 'Mistral',
    dialect: 'openai-chat',
    baseUrl: 'https://api.mistral.ai/v1',
    quirks: {
      tokenLimit: 'max_tokens',
      usageUnasked: true,
      efforts: ['none', 'high'],
      maxStops: 16,
      seedField: 'random_seed',
      nineCharacterCallIds: true,
      refuses: ['logprobs', 'serviceTier', 'userId'],
    },
    keyPage: 'https://console.mistral.ai/api-keys',
    models: ['mistral-large-latest', 'mistral-medium-latest', 'mistral-small-latest'],
  }),
  builtIn('deepseek', {
    label: 'DeepSeek',
    dialect: 'openai-chat',
    baseUrl: 'https://api.deepseek.com/v1',
    quirks: {
      tokenLimit: 'max_tokens',
      reasoning: 'thinking-switch',
      maxStops: 16,
      refusesStrict: true,
      refusesSchemas: true,
      refuses: ['seed', 'serviceTier', 'userId', 'metadata', 'parallelToolCalls'],
    },
    keyForm: keyForm('sk-'),
    keyPage: 'https://platform.deepseek.com/api_keys',
    models: ['deepseek-chat', 'deepseek-reasoner'],
  }),
  builtIn('xai', {
    label: 'xAI',
    dialect: 'openai-chat',
    baseUrl: 'https://api.x.ai/v1',
    alsoSpeaks: [
      { dialect: 'openai-responses' },
      { dialect: 'anthropic-messages', path: '/messages' },
    ],
    quirks: {
      tokenLimit: 'max_completion_tokens',
      efforts: USUAL_EFFORTS,
      refuses: ['presencePenalty', 'frequencyPenalty', 'serviceTier', 'metadata'],
    },
    keyForm: keyForm('xai-'),
    keyPage: 'https://console.x.ai',
  }),
  builtIn('groq', {
    label: 'Groq',
    dialect: 'openai-chat',
    baseUrl: 'https://api.groq.com/openai/v1',
    alsoSpeaks: [{ dialect: 'openai-responses' }],
    quirks: {
      tokenLimit: 'max_completion_tokens',
      efforts: USUAL_EFFORTS,
      refuses: ['logprobs', 'metadata', 'serviceTier'],
    },
    keyForm: keyForm('gsk_'),
    keyPage: 'https://console.groq.com/keys',
    models: ['openai/gpt-oss-120b', 'llama-3.3-70b-versatile'],
  }),
  builtIn('together', {
    label: 'Together',
    dialect: 'openai-chat',
    baseUrl: 'https://api.together.xyz/v1',
    quirks: {
      tokenLimit: 'max_tokens',
      efforts: ['low', 'medium', 'high'],
      maxStops: 16,
      takesTopK: true,
      refuses: ['serviceTier', 'userId', 'metadata'],
    },
    keyPage: 'https://api.together.ai/settings/api-keys',
  }),
  builtIn('fireworks', {
    label: 'Fireworks',
    dialect: 'openai-chat',
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    alsoSpeaks: [
      { dialect: 'openai-responses' },
      { dialect: 'anthropic-messages', path: '/messages' },
    ],
    quirks: {
      tokenLimit: 'max_tokens',
      efforts: USUAL_EFFORTS,
      takesTopK: true,
      refuses: ['serviceTier'],
    },
    keyForm: keyForm('fw_', 'fpk_'),
    keyPage: 'https://app.fireworks.ai/settings/users/api-keys',
  }),
  builtIn('cerebras', {
    label: 'Cerebras',
    dialect: 'openai-chat',
    baseUrl: 'https://api.cerebras.ai/v1',
    quirks: {
      tokenLimit: 'max_completion_tokens',
      efforts: USUAL_EFFORTS,
      refuses: ['presencePenalty', 'frequencyPenalty', 'serviceTier', 'metadata'],
    },
    keyForm: keyForm('csk-'),
    keyPage: 'https://cloud.cerebras.ai',
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
    quirks: {
      tokenLimit: 'max_tokens',
      reasoning: 'reasoning-object',
      takesTopK: true,
      takesCacheMarks: true,
    },
    models: ['openrouter/auto'],
  }),
  builtIn('azure', {
    label: 'Azure OpenAI',
    dialect: 'openai-chat',
    // The configuration names the resource: providers.azure.baseUrl.
    baseUrl: 'https://RESOURCE.openai.azure.com/openai/v1',
    ownAddress: true,
    alsoSpeaks: [{ dialect: 'openai-responses' }],
    auth: 'api-key',
    quirks: { tokenLimit: 'max_completion_tokens' },
    keyPage: 'https://portal.azure.com',
  }),
  builtIn('ollama', {
    ...LOCAL_SERVER,
    label: 'Ollama',
    baseUrl: 'http://127.0.0.1:11434/v1',
    alsoSpeaks: [{ dialect: 'anthropic-messages', path: '/messages' }],
    // Without `top_k`, which its chat completions ignore.
    quirks: {
      tokenLimit: 'max_tokens',
      efforts: USUAL_EFFORTS,
      maxStops: 16,
      refusesImageUrls: true,
      continuesAnswers: true,
    },
  }),
  builtIn('lmstudio', {
    ...LOCAL_SERVER,
    label: 'LM Studio',
    baseUrl: 'http://127.0.0.1:1234/v1',
    alsoSpeaks: [
      { dialect: 'openai-responses' },
      { dialect: 'anthropic-messages', path: '/messages' },
    ],
    quirks: { ...LOCAL_QUIRKS, refusesImageUrls: true },
  }),
  builtIn('llamacpp', {
    ...LOCAL_SERVER,
    label: 'llama.cpp',
    baseUrl: 'http://127.0.0.1:8080/v1',
    alsoSpeaks: [{ dialect: 'anthropic-messages', path: '/messages' }],
    quirks: { ...LOCAL_QUIRKS, continuesAnswers: true },
  }),
  builtIn('vllm', {
    ...LOCAL_SERVER,
    label: 'vLLM',
    baseUrl: 'http://127.0.0.1:8000/v1',
    alsoSpeaks: [
      { dialect: 'openai-responses' },
      { dialect: 'anthropic-messages', path: '/messages' },
    ],
    quirks: LOCAL_QUIRKS,
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
