import { connect } from 'node:net';

/** What came back over one connection, read until the other side ended it or fell silent. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** All of it, from the status line on. */
  readonly whole: string;
}

/** Sends bytes that no client library would send, with `connection: close` left to the caller. */
export function rawRequest(port: number, bytes: string | Uint8Array): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (chunk) => chunks.push(chunk));
    // A refusal may come with a reset behind it; what was read before is the answer.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(parseAnswer(Buffer.concat(chunks).toString('latin1')));
    });
  });
}

/** A request as text: the lines of its head, and a body with its length. */
export function requestText(firstLine: string, headers: readonly string[], body = ''): string {
  const length = body === '' ? [] : [`content-length: ${Buffer.byteLength(body)}`];
  return [firstLine, ...headers, ...length, 'connection: close', '', body].join('\r\n');
}

function parseAnswer(text: string): RawAnswer {
  const headEnd = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, Math.max(0, headEnd)).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return {
    status: Number(first.split(' ')[1] ?? 0),
    headers: new Map(headers),
    body: headEnd === -1 ? '' : text.slice(headEnd + 4),
    whole: text,
  };
}
