import { Fault } from '@postern/kernel';
import type { Provider } from '@postern/protocol';
import { BUILT_IN_PROVIDERS } from '@postern/upstreams';

/** How a provider of LiteLLM is called in Postern. */
export interface LitellmProvider {
  /** A built-in provider, or the name for a new one. */
  readonly id: string;
  /** The built-in provider with this id, or the one that a new provider is like, at another address. */
  readonly row: Provider;
  /** The address of a provider that isn't built in. Without it, such a provider needs `api_base`. */
  readonly baseUrl?: string;
  /** The environment variable from which LiteLLM takes the key if the file has none. */
  readonly variable: string;
  /** What Postern's address has after the host, and LiteLLM's doesn't. */
  readonly path?: string;
  /** What LiteLLM's address may have at the end, and Postern's doesn't. */
  readonly end: RegExp;
  /** With `api_base`, it is called in a way that Postern doesn't know. */
  readonly isFixed?: true;
}

const CHAT_END = /\/(?:chat\/completions|embeddings|responses)$/;
const MESSAGES_END = /(?:\/v1)?(?:\/messages)?$/;

function rowOf(id: string): Provider {
  const row = BUILT_IN_PROVIDERS.find((each) => each.id === id);
  if (row === undefined) throw new Fault(`no built-in provider is named ${id}`);
  return row;
}

function builtIn(id: string, variable: string): LitellmProvider {
  return { id, row: rowOf(id), variable, end: CHAT_END };
}

/** A provider that speaks what OpenAI speaks. */
function compatible(id: string, variable: string, baseUrl?: string): LitellmProvider {
  const row = { ...rowOf('openai'), alsoSpeaks: [] };
  return { id, row, variable, end: CHAT_END, ...(baseUrl !== undefined && { baseUrl }) };
}

const OLLAMA: LitellmProvider = { ...builtIn('ollama', 'OLLAMA_API_KEY'), path: '/v1' };
const VLLM = builtIn('vllm', 'HOSTED_VLLM_API_KEY');

/**
 * By the prefix of `model` (https://docs.litellm.ai/docs/providers). A provider that isn't here needs more than an
 * API key, or speaks no dialect of Postern.
 */
const LITELLM_PROVIDERS: ReadonlyMap<string, LitellmProvider> = new Map([
  ['openai', builtIn('openai', 'OPENAI_API_KEY')],
  ['anthropic', { ...builtIn('anthropic', 'ANTHROPIC_API_KEY'), end: MESSAGES_END }],
  ['gemini', { ...builtIn('gemini', 'GEMINI_API_KEY'), isFixed: true }],
  ['azure', { ...builtIn('azure', 'AZURE_API_KEY'), path: '/openai/v1' }],
  ['mistral', builtIn('mistral', 'MISTRAL_API_KEY')],
  ['deepseek', builtIn('deepseek', 'DEEPSEEK_API_KEY')],
  ['xai', builtIn('xai', 'XAI_API_KEY')],
  ['groq', builtIn('groq', 'GROQ_API_KEY')],
  ['together_ai', builtIn('together', 'TOGETHERAI_API_KEY')],
  ['fireworks_ai', builtIn('fireworks', 'FIREWORKS_AI_API_KEY')],
  ['cerebras', builtIn('cerebras', 'CEREBRAS_API_KEY')],
  ['openrouter', builtIn('openrouter', 'OPENROUTER_API_KEY')],
  ['ollama', OLLAMA],
  ['ollama_chat', OLLAMA],
  ['lm_studio', builtIn('lmstudio', 'LM_STUDIO_API_KEY')],
  ['hosted_vllm', VLLM],
  ['vllm', VLLM],
  ['custom_openai', compatible('openai-compatible', 'OPENAI_API_KEY')],
  ['openai_like', compatible('openai-compatible', 'OPENAI_LIKE_API_KEY')],
  ['litellm_proxy', compatible('litellm', 'LITELLM_PROXY_API_KEY')],
  ['perplexity', compatible('perplexity', 'PERPLEXITYAI_API_KEY', 'https://api.perplexity.ai')],
  ['nvidia_nim', compatible('nvidia', 'NVIDIA_NIM_API_KEY', 'https://integrate.api.nvidia.com/v1')],
  [
    'deepinfra',
    compatible('deepinfra', 'DEEPINFRA_API_KEY', 'https://api.deepinfra.com/v1/openai'),
  ],
  ['sambanova', compatible('sambanova', 'SAMBANOVA_API_KEY', 'https://api.sambanova.ai/v1')],
  ['moonshot', compatible('moonshot', 'MOONSHOT_API_KEY', 'https://api.moonshot.ai/v1')],
]);

/** What LiteLLM takes a model without a prefix for, by its name. */
const KNOWN_MODELS: readonly (readonly [RegExp, string])[] = [
  [/^(?:gpt-|o\d(?:$|-)|chatgpt-|text-embedding-)/, 'openai'],
  [/^claude-/, 'anthropic'],
];

/** The provider and the model's name there; undefined if Postern can't call it. */
export function litellmProviderOf(
  model: string,
  prefix: string | undefined,
): { readonly provider: LitellmProvider; readonly model: string } | undefined {
  const at = model.indexOf('/');
  const written = at === -1 ? undefined : model.slice(0, at);
  const implied = KNOWN_MODELS.find(([form]) => form.test(model))?.[1];
  const name = prefix ?? written ?? implied;
  const provider = name === undefined ? undefined : LITELLM_PROVIDERS.get(name);
  if (provider === undefined) return undefined;
  return { provider, model: written === name ? model.slice(at + 1) : model };
}
