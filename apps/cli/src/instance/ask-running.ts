import { request } from 'node:http';
import { parseJson, type JsonValue } from '@postern/kernel';

/**
 * Asks the running Postern of a home over its control socket. Undefined where none answers in
 * time.
 */
export async function askRunning(
  address: string,
  method: 'GET' | 'POST',
  path: string,
): Promise<JsonValue | undefined> {
  return await new Promise((resolve) => {
    const call = request(
      { socketPath: address, method, path, headers: { host: 'control' }, timeout: 3000 },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > 65_536) response.destroy();
        });
        response.on('end', () => {
          const body = parseJson(text);
          resolve(response.statusCode === 200 && body.ok ? body.value : undefined);
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
    call.end();
  });
}
