import { failed, ok, parseJson, type JsonValue, type Result } from '@postern/kernel';
import { prepareErrorTexts } from './later-error-texts.ts';
import { pageHeader } from './page-key.ts';
import { sessionHeader } from './page-secret.ts';
import { GARBLED, problemFrom, UNREACHABLE, type RequestProblem } from './problem.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type ApiResult<T> = Result<T, RequestProblem>;

/** A browser finishes a request of at most 64 KiB when its page closes; up to three bytes a character. */
const MAX_KEPT_ALIVE = 20_000;

type Watcher = (outcome: RequestProblem | 'answered') => void;
const watchers = new Set<Watcher>();

/** Calls the watcher after every request, for example to see that the session has ended. */
export function watchRequests(watcher: Watcher): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Sends a request whose response has a body. */
export async function request<T>(
  method: Method,
  path: string,
  input?: unknown,
): Promise<ApiResult<T>> {
  const answer = await exchange(method, path, input);
  return answer.ok ? bodyOf<T>(answer.value) : answer;
}

/** Sends a request whose response is 204. */
export async function command(
  method: Method,
  path: string,
  input?: unknown,
): Promise<ApiResult<undefined>> {
  const answer = await exchange(method, path, input);
  return answer.ok ? ok() : answer;
}

/**
 * Sends a request and returns the response if its status is a success. Watchers aren't told about a
 * request that the page cancels with the signal.
 */
export async function exchange(
  method: Method,
  path: string,
  input?: unknown,
  signal?: AbortSignal,
): Promise<ApiResult<Response>> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      keepalive:
        method === 'DELETE' || (method === 'PUT' && JSON.stringify(input).length < MAX_KEPT_ALIVE),
      ...contentOf(input),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch {
    return signal?.aborted === true ? failed(UNREACHABLE) : report(UNREACHABLE);
  }
  if (response.ok) {
    notify('answered');
    return ok(response);
  }
  return await refusalOf(response);
}

/** Reads a response whose status is no success. */
async function refusalOf(response: Response): Promise<ApiResult<never>> {
  const body = await bodyOf<JsonValue>(response);
  await prepareErrorTexts();
  return report(body.ok ? problemFrom(body.value) : body.failure);
}

/** Reads the response of a request that was sent in another way; undefined if there was none. */
export async function received<T>(response: Response | undefined): Promise<ApiResult<T>> {
  if (response === undefined) return report(UNREACHABLE);
  if (!response.ok) return await refusalOf(response);
  notify('answered');
  return await bodyOf<T>(response);
}

/** The headers, and the input as JSON, or as it is if it is a part of a file. */
function contentOf(input: unknown): Pick<RequestInit, 'headers' | 'body'> {
  const headers = { ...sessionHeader(), ...pageHeader() };
  if (input === undefined) return { headers };
  if (input instanceof Blob) return { headers, body: input };
  return {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(input),
  };
}

function notify(outcome: RequestProblem | 'answered'): void {
  for (const watcher of watchers) watcher(outcome);
}

function report(problem: RequestProblem): ApiResult<never> {
  notify(problem);
  return failed(problem);
}

async function bodyOf<T>(response: Response): Promise<ApiResult<T>> {
  let text: string;
  try {
    text = await response.text();
  } catch {
    return failed(UNREACHABLE);
  }
  const json = parseJson(text);
  if (!json.ok) return failed(GARBLED);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the process that served this page sends the protocol's types
  return ok(json.value as T);
}
