// The lower bound: the least that a forwarder on Node's `http` and undici can do. It checks no key,
// and limits, parses and records nothing. node bare-forwarder.ts UPSTREAM_URL; prints its port.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool } from 'undici';

const [upstream = ''] = process.argv.slice(2);
const pool = new Pool(upstream, { pipelining: 1, headersTimeout: 300_000, bodyTimeout: 300_000 });

/** The names and values of the forwarded headers, alternating. */
function passed(headers: Readonly<Record<string, string | string[] | undefined>>): string[] {
  const fields: string[] = [];
  for (const name of ['content-type', 'content-length']) {
    const value = headers[name];
    if (typeof value === 'string') fields.push(name, value);
  }
  return fields;
}

function forward(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  pool.dispatch(
    {
      path: request.url ?? '/',
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer sk-upstream' },
      body,
    },
    {
      // undici distinguishes the two kinds of handlers by this method.
      onRequestStart: () => undefined,
      onResponseStart: (_controller, status, headers) => {
        response.writeHead(status, passed(headers));
      },
      onResponseData: (_controller, chunk) => void response.write(chunk),
      onResponseEnd: () => void response.end(),
      onResponseError: () => void response.destroy(),
    },
  );
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    forward(request, response, Buffer.concat(chunks));
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? (address?.port ?? 0) : 0}\n`);
});
process.once('SIGTERM', () => {
  server.closeAllConnections();
  server.close();
  void pool.destroy();
});
