import { DIALECTS, type Dialect } from '@postern/dialects';
import { failed, ok, parseJson, type Result } from '@postern/kernel';
import type { AnswerFailure, Provider } from '@postern/protocol';
import type { Connections } from '../connect/connections.ts';
import type { FetchedText } from '../connect/fetch-text.ts';
import type { Credential } from '../credential.ts';
import type { ListedModel } from '../upstream.ts';
import { answerFailure, headerReader, malformed, shieldFailure } from './answer-failure.ts';

const LIST_TIMEOUT_MS = 20_000;
const LOCAL_LIST_TIMEOUT_MS = 3_000;

/**
 * How long a list of models may take. On this machine, another program may use the usual port of a model server
 * and never respond. The lists of other providers shouldn't wait for it.
 */
export function listTimeoutMs({ local, builtIn }: Pick<Provider, 'local' | 'builtIn'>): number {
  return local && builtIn ? LOCAL_LIST_TIMEOUT_MS : LIST_TIMEOUT_MS;
}

/**
 * `Upstream.listModels` over HTTP. If a provider's list is public, a path that requires a valid key is requested
 * first.
 */
export async function listModels(
  connections: Connections,
  provider: Provider,
  credential: Credential | undefined,
  signal: AbortSignal,
): Promise<Result<readonly ListedModel[], AnswerFailure>> {
  const dialect = DIALECTS[provider.dialect];
  const timeoutMs = listTimeoutMs(provider);
  const get = async (path: string): Promise<Result<FetchedText, AnswerFailure>> => {
    const fetched = await connections.fetchText({
      provider,
      credential,
      signal,
      method: 'GET',
      path,
      headers: dialect.requestHeaders,
      body: undefined,
      headersTimeoutMs: timeoutMs,
      idleTimeoutMs: timeoutMs,
    });
    if (!fetched.ok) return failed(answerFailure(fetched.failure));
    return fetched.value.status === 200 ? fetched : failed(errorOf(dialect, fetched.value));
  };
  if (provider.keyCheckPath !== undefined) {
    const checked = await get(provider.keyCheckPath);
    if (!checked.ok) return checked;
  }
  const list = await get(dialect.modelsPath);
  return list.ok ? modelsOf(dialect, list.value) : list;
}

function errorOf(dialect: Dialect, answer: FetchedText): AnswerFailure {
  const { status, headers, text } = answer;
  return shieldFailure(dialect.decodeError(status, headerReader(headers), text), answer);
}

function modelsOf(
  dialect: Dialect,
  answer: FetchedText,
): Result<readonly ListedModel[], AnswerFailure> {
  const parsed = parseJson(answer.text);
  const models = parsed.ok ? dialect.decodeModels(parsed.value) : parsed;
  if (!models.ok) return failed(malformed());
  const clean = models.value.map((model) => ({
    ...model,
    id: answer.redacted(model.id),
    label: answer.redacted(model.label),
  }));
  return ok(clean);
}
