import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { corpusFiles } from './corpora.ts';
import { peerPath, whyNoPeer } from './peers.ts';
import { startProgram } from './run-program.ts';

const PEER = `@stdy/cli-${process.platform}-${process.arch}`;
const HEADER = 'x-steady-error';

/** Checks requests against OpenAI's published OpenAPI description. */
export interface OpenapiValidator extends AsyncDisposable {
  /**
   * Returns what is wrong with the JSON body of a `POST` to this path, which begins with `/v1`. Each complaint
   * names a field.
   */
  complaintsAbout(path: string, body: Uint8Array): Promise<readonly string[]>;
}

/** Returns why requests can't be checked here; undefined if they can. */
export function whyNoOpenapiValidator(): string | undefined {
  if (description() === undefined) return "not found: OpenAI's OpenAPI description";
  return whyNoPeer(PEER);
}

/** Starts the program that checks requests, on a loopback port. Throws if it isn't installed. */
export async function startOpenapiValidator(): Promise<OpenapiValidator> {
  const port = await freePort();
  const program = startProgram(
    join(peerPath(PEER), 'bin', 'steady'),
    ['--port', String(port), '--host', '127.0.0.1', '--no-color', description() ?? ''],
    { environment: { HOME: '/nonexistent' } },
  );
  await program.waitFor(/Ready to accept requests/);
  return {
    complaintsAbout: async (path, body) => {
      const response = await fetch(`http://127.0.0.1:${port}${path.replace(/^\/v1/, '')}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer sk-test' },
        body: Buffer.from(body),
      });
      await response.arrayBuffer();
      const { headers } = response;
      const count = Number(headers.get(`${HEADER}-count`) ?? 0);
      if (count === 0 && !response.ok) return [`status ${response.status}`];
      return Array.from({ length: count }, (_, index) => {
        const header = `${HEADER}-${index + 1}`;
        return `${headers.get(`${header}-path`) ?? ''}: ${headers.get(`${header}-message`) ?? ''}`;
      });
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** The program can't choose a port itself. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function description(): string | undefined {
  return corpusFiles('openapi', /^openai\.yml$/)[0];
}
