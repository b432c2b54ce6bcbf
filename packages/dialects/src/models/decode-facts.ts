import type { JsonObject, JsonValue } from '@postern/kernel';
import {
  completeFacts,
  MODALITIES,
  type Modality,
  type ModelFacts,
  type ModelPrice,
} from '@postern/protocol';
import { countOf, flagOf, listOf, objectOf } from '../json/read-json.ts';

/** A field of a list's entry; dots lead into objects. */
type Path = string;

/** Where a server's list has what it says about a model. It applies to entries that have the first of these fields. */
interface ListForm {
  readonly contextWindow: Path;
  readonly maxOutput?: Path;
  readonly inputModalities?: Path;
  readonly outputModalities?: Path;
  /** Flags for kinds of input. Every model of such a list takes text. */
  readonly inputFlags?: readonly (readonly [Modality, Path])[];
  /** A flag, or the list of request parameters that has `tools` if the model can call tools. */
  readonly tools?: Path;
  /** The same for `reasoning`. */
  readonly reasoning?: Path;
  readonly price?: {
    /** Multiplied by this, a price of tokens is in US dollars for a million tokens. */
    readonly perMillion: number;
    readonly input: Path;
    readonly output: Path;
    readonly cacheRead?: Path;
    readonly cacheWrite?: Path;
    readonly request?: Path;
  };
}

/**
 * What the lists of providers and model servers say, as documented by each. The lists of OpenAI, Gemini, DeepSeek,
 * xAI, Cerebras, Ollama and LM Studio have only names. An endpoint of the user's own may be any of these servers, so
 * the fields decide, not the provider's name.
 */
const LIST_FORMS: readonly ListForm[] = [
  // OpenRouter; also Postern itself.
  {
    contextWindow: 'context_length',
    maxOutput: 'top_provider.max_completion_tokens',
    inputModalities: 'architecture.input_modalities',
    outputModalities: 'architecture.output_modalities',
    tools: 'supported_parameters',
    reasoning: 'supported_parameters',
    price: {
      perMillion: 1_000_000,
      input: 'pricing.prompt',
      output: 'pricing.completion',
      cacheRead: 'pricing.input_cache_read',
      cacheWrite: 'pricing.input_cache_write',
      request: 'pricing.request',
    },
  },
  // Together
  {
    contextWindow: 'context_length',
    price: { perMillion: 1, input: 'pricing.input', output: 'pricing.output' },
  },
  // Fireworks
  {
    contextWindow: 'context_length',
    inputFlags: [['image', 'supports_image_input']],
    tools: 'supports_tools',
  },
  // Anthropic
  {
    contextWindow: 'max_input_tokens',
    maxOutput: 'max_tokens',
    inputFlags: [
      ['image', 'capabilities.image_input.supported'],
      ['file', 'capabilities.pdf_input.supported'],
    ],
  },
  // Groq
  { contextWindow: 'context_window', maxOutput: 'max_completion_tokens' },
  // Mistral
  {
    contextWindow: 'max_context_length',
    tools: 'capabilities.function_calling',
    inputFlags: [
      ['image', 'capabilities.vision'],
      ['audio', 'capabilities.audio'],
    ],
  },
  // vLLM
  { contextWindow: 'max_model_len' },
  // llama.cpp: what one request may use, and in older versions only what the model was trained for.
  { contextWindow: 'meta.n_ctx' },
  { contextWindow: 'meta.n_ctx_train' },
];

const MAX_TOKENS = 1_000_000_000;
/** Dollars, as in price files. */
const MAX_PRICE = 1_000_000;

/** What an entry of a list of models says about the model. A value that isn't plausible counts as not known. */
export function decodeFacts(entry: JsonObject): ModelFacts {
  return LIST_FORMS.filter((form) => tokensAt(entry, form.contextWindow) !== undefined)
    .map((form) => factsIn(entry, form))
    .reduce(completeFacts, {});
}

function factsIn(entry: JsonObject, form: ListForm): ModelFacts {
  return {
    contextWindow: tokensAt(entry, form.contextWindow),
    maxOutput: tokensAt(entry, form.maxOutput),
    inputModalities: modalitiesAt(entry, form.inputModalities) ?? flaggedInput(entry, form),
    outputModalities: modalitiesAt(entry, form.outputModalities),
    tools: abilityAt(entry, form.tools, 'tools'),
    reasoning: abilityAt(entry, form.reasoning, 'reasoning'),
    price: priceIn(entry, form),
  };
}

function valueAt(entry: JsonObject, path: Path | undefined): JsonValue | undefined {
  if (path === undefined) return undefined;
  return path
    .split('.')
    .reduce<JsonValue | undefined>((value, name) => objectOf(value)?.[name], entry);
}

function tokensAt(entry: JsonObject, path: Path | undefined): number | undefined {
  const count = countOf(valueAt(entry, path));
  const isPlausible = Number.isSafeInteger(count) && count !== 0;
  return isPlausible && (count ?? 0) <= MAX_TOKENS ? count : undefined;
}

function modalitiesAt(entry: JsonObject, path: Path | undefined): readonly Modality[] | undefined {
  const named = listOf(valueAt(entry, path));
  if (named === undefined) return undefined;
  const known = MODALITIES.filter((modality) => named.includes(modality));
  return known.length > 0 ? known : undefined;
}

function abilityAt(entry: JsonObject, path: Path | undefined, name: string): boolean | undefined {
  const value = valueAt(entry, path);
  return flagOf(value) ?? listOf(value)?.includes(name);
}

function flaggedInput(
  entry: JsonObject,
  { inputFlags = [] }: ListForm,
): readonly Modality[] | undefined {
  const flags = inputFlags.map(([modality, path]) => ({
    modality,
    flag: flagOf(valueAt(entry, path)),
  }));
  if (flags.every(({ flag }) => flag === undefined)) return undefined;
  return ['text', ...flags.flatMap(({ modality, flag }) => (flag === true ? [modality] : []))];
}

function priceIn(entry: JsonObject, { price }: ListForm): ModelPrice | undefined {
  if (price === undefined) return undefined;
  const { perMillion } = price;
  const input = usdAt(entry, price.input, perMillion);
  const output = usdAt(entry, price.output, perMillion);
  if (input === undefined || output === undefined) return undefined;
  const cacheRead = usdAt(entry, price.cacheRead, perMillion);
  const cacheWrite = usdAt(entry, price.cacheWrite, perMillion);
  const request = usdAt(entry, price.request, 1);
  return {
    input,
    output,
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    ...(request !== undefined && { request }),
  };
}

/** A number or a decimal text. OpenRouter's -1 means that the price depends on the request. */
function usdAt(entry: JsonObject, path: Path | undefined, factor: number): number | undefined {
  const value = valueAt(entry, path);
  const isText = typeof value === 'string' && /^\d+(\.\d+)?(e-\d+)?$/i.test(value);
  if (typeof value !== 'number' && !isText) return undefined;
  // To a millionth of a dollar, as prices are counted.
  const usd = Math.round(Number(value) * factor * 1_000_000) / 1_000_000;
  return usd >= 0 && usd <= MAX_PRICE ? usd : undefined;
}
