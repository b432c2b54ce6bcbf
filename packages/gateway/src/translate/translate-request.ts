import type { Dialect, DialectFailure, EncodeWarning } from '@postern/dialects';
import { failed, ok, parseJson, type Result } from '@postern/kernel';
import type { ModelRequest, Provider, ToolDefinition } from '@postern/protocol';
import { asksForUsage, type RequestBody } from '../body/request-body.ts';
import type { Turns } from '../body/turns.ts';
import { estimateInputTokens } from './estimate-tokens.ts';
import { ownedTurns } from './provider-signatures.ts';

export interface TranslationTask {
  readonly client: Dialect;
  readonly upstream: Dialect;
  readonly provider: Pick<Provider, 'id' | 'quirks'>;
  /** The provider's own name for the model. */
  readonly model: string;
  /** Whether signatures without a mark are the provider's own. */
  readonly keepsUnmarked: boolean;
}

/** A request in the upstream's dialect, and what translating its answer needs. */
export interface TranslatedRequest {
  readonly body: Buffer;
  /** What the translation dropped or changed. */
  readonly warnings: readonly EncodeWarning[];
  /** Whether the client requested a stream. */
  readonly streams: boolean;
  /** Whether the client requested the usage chunk. */
  readonly includeUsage: boolean;
  readonly toolNames: ReadonlyMap<string, string>;
  readonly tools: readonly ToolDefinition[];
  readonly estimatedInputTokens: number;
}

export type TranslationFailure =
  | { readonly reason: 'body-malformed' }
  | { readonly reason: 'request-untranslatable'; readonly failure: DialectFailure };

/** In a body of this size each step of a translation takes milliseconds. */
const LARGE_BYTES = 1024 * 1024;

/**
 * Translates the body of a request for an answer. The steps of a large one have their own turns of the event loop;
 * one of 30 MB takes about 100 ms.
 */
export async function translateRequest(
  body: RequestBody,
  { client, upstream, provider, model, keepsUnmarked }: TranslationTask,
  turns: Turns,
): Promise<Result<TranslatedRequest, TranslationFailure>> {
  const isLarge = body.bytes.length >= LARGE_BYTES;
  if (isLarge) await turns.next();
  const text = body.bytes.toString();
  if (isLarge) await turns.next();
  const json = parseJson(text);
  if (isLarge) await turns.next();
  const decoded = decodeBody(client, json);
  if (!decoded.ok) return decoded;
  const owned = ownedTurns(decoded.value.turns, provider.id, keepsUnmarked);
  const request: ModelRequest = { ...decoded.value, model, turns: owned.turns };
  const encoded = upstream.encodeRequest(request, provider);
  if (!encoded.ok) return failed(untranslatable(encoded.failure));
  if (isLarge) await turns.next();
  const encodedText = JSON.stringify(encoded.value.value);
  if (isLarge) await turns.next();
  return ok({
    body: Buffer.from(encodedText),
    warnings: [...owned.warnings, ...encoded.value.warnings],
    streams: request.stream,
    includeUsage: asksForUsage(body),
    toolNames: upstream.toolNames(request),
    tools: request.tools ?? [],
    estimatedInputTokens: estimateInputTokens(request),
  });
}

/** Estimates the tokens of a request that is only counted. */
export function estimateRequest(
  client: Dialect,
  bytes: Buffer,
): Result<number, TranslationFailure> {
  const decoded = decodeBody(client, parseJson(bytes.toString()));
  return decoded.ok ? ok(estimateInputTokens(decoded.value)) : decoded;
}

function decodeBody(
  client: Dialect,
  json: ReturnType<typeof parseJson>,
): Result<ModelRequest, TranslationFailure> {
  if (!json.ok) return failed({ reason: 'body-malformed' });
  const decoded = client.decodeRequest(json.value);
  return decoded.ok ? decoded : failed(untranslatable(decoded.failure));
}

function untranslatable(failure: DialectFailure): TranslationFailure {
  return { reason: 'request-untranslatable', failure };
}
