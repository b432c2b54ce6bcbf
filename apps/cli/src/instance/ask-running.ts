import { request } from 'node:http';
import { parseJson, type JsonValue } from '@postern/kernel';

export interface RunningAnswer {
  readonly status: number;
  readonly body: JsonValue;
}

const MAX_ANSWER_LENGTH = 16 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/**
 * Asks the process that holds a home, over its control socket. Undefined where none answers: there
 * is no socket, nobody listens, or the answer is not JSON.
 */
export async function askRunning(
  address: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<RunningAnswer | undefined> {
  return await new Promise((resolve) => {
    const headers = { host: 'control', 'content-type': 'application/json' };
    const call = request(
      { socketPath: address, method, path, headers, timeout: TIMEOUT_MS },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > MAX_ANSWER_LENGTH) response.destroy();
        });
        response.on('end', () => {
          const json = parseJson(text);
          resolve(json.ok ? { status: response.statusCode ?? 0, body: json.value } : undefined);
        });
        response.on('error', () => {
          resolve(undefined);
        });
      },
    );
    call.on('timeout', () => call.destroy());
    call.on('error', () => {
      resolve(undefined);
    });
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
