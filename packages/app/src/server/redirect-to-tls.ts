import type { IncomingMessage, RequestListener } from 'node:http';
import { problem } from '@postern/protocol';
import type { HostGuard } from './host-guard.ts';
import { hostWithPort } from './listener.ts';

const REFUSAL = `${JSON.stringify({ error: httpsRequired() })}\n`;

/** The error of a request that came without TLS, in the form that both dialects' clients show. */
function httpsRequired() {
  const { code, message, remedy } = problem('HTTPS_REQUIRED');
  return { message: `${message} ${remedy}`, type: 'invalid_request_error', code };
}

/**
 * Answers on the port without TLS. A browser is sent to the port with TLS (RFC 9110 §15.4.9). A request with a key
 * or a body is refused instead: a redirect would let a client go on sending its key in the clear.
 */
export function redirectToTls(guard: HostGuard, port: number): RequestListener {
  return (request, response) => {
    response.setHeader('connection', 'close');
    const { method, url = '', headers } = request;
    const name = (headers.host ?? '').replace(/:\d{1,5}$/, '');
    const target = hostWithPort('https', name, port);
    const isKnown = name !== '' && guard.allowsHost(target) && url.startsWith('/');
    if (!isKnown) {
      response.writeHead(400).end();
    } else if ((method === 'GET' || method === 'HEAD') && !carriesMore(request)) {
      response.writeHead(308, { location: `https://${target}${url}` }).end();
    } else {
      refuseWithoutTls(response);
    }
  };
}

export function refuseWithoutTls(response: Parameters<RequestListener>[1]): void {
  response.writeHead(403, { 'content-type': 'application/json', connection: 'close' }).end(REFUSAL);
}

/** Whether it has a key, which some clients write into the URL, or a body. */
function carriesMore({ headers, url = '' }: IncomingMessage): boolean {
  const hasKey = headers.authorization !== undefined || headers['x-api-key'] !== undefined;
  const hasBody =
    headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
  return hasKey || hasBody || /[?&]key=/.test(url);
}
