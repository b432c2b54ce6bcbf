import type { JsonObject, JsonValue } from '@postern/kernel';
import { isList, stringOf } from './json-view.ts';

/* Embeddings as documented at platform.openai.com/docs/api-reference/embeddings. */

export function isEmbeddingsPath(path: string): boolean {
  return path.includes('/embeddings');
}

export function checkEmbeddingsBody({ model, input }: JsonObject): readonly string[] {
  return [
    ...(stringOf(model) === undefined ? ['you must provide a model parameter'] : []),
    ...(typeof input === 'string' || isList(input) ? [] : ["'input' is a required property"]),
  ];
}

/** One vector for each input, and a token for four characters of all inputs. */
export function embeddingsOf({ model, input }: JsonObject): string {
  const inputs: readonly JsonValue[] = isList(input) ? input : [input ?? ''];
  const tokens = Math.ceil(JSON.stringify(inputs).length / 4);
  return JSON.stringify({
    object: 'list',
    data: inputs.map((_input, index) => ({ object: 'embedding', index, embedding: [0.5, index] })),
    model: model ?? null,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
}
