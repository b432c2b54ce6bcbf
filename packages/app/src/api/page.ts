import { problem } from '@postern/protocol';
import { Hono, type Context } from 'hono';
import type { ListenerPlace } from '../server/listener.ts';
import { DIAGRAM_FRAME, diagramFrameHeaders } from '../server/diagram-frame.ts';
import type { PageFile } from '../server/page-files.ts';
import { pagePolicy, SECURITY_HEADERS } from '../server/security-headers.ts';
import { failureResponse } from './answers.ts';

/**
 * The page's own files. They contain no user data, so they need no session, but they are only
 * served under a known host. Another site may link to them, but not load them as a frame, a script
 * or data.
 */
export function createPage(
  files: ReadonlyMap<string, PageFile> | undefined,
  place: ListenerPlace,
): Hono {
  const app = new Hono();
  app.all('*', (context) => {
    const answer = pageAnswer(files, place, context);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      if (!answer.headers.has(name)) answer.headers.set(name, value);
    }
    return answer;
  });
  return app;
}

function pageAnswer(
  files: ReadonlyMap<string, PageFile> | undefined,
  place: ListenerPlace,
  context: Context,
): Response {
  const fetchSite = context.req.header('sec-fetch-site');
  const isNavigation = context.req.header('sec-fetch-mode') === 'navigate';
  const { method, path } = context.req;
  const request = {
    host: context.req.header('host'),
    origin: context.req.header('origin'),
    fetchSite: isNavigation && path === '/' ? 'none' : fetchSite,
  };
  const isElsewhere = place.guard.admitsElsewhere(request);
  if (!isElsewhere && !place.guard.admits(request))
    return failureResponse(problem('ORIGIN_REFUSED'));
  if (method !== 'GET' && method !== 'HEAD') return failureResponse(problem('METHOD_NOT_ALLOWED'));
  // Browsers keep the fragment after a redirect, so the launch code is kept.
  if (isElsewhere) {
    const location = `${place.pageOrigin}${path}`;
    return new Response(null, { status: 307, headers: { location } });
  }
  if (files === undefined) {
    return new Response("The page hasn't been built. Run npm run build.\n", { status: 503 });
  }
  const name = path === '/' ? PAGE : path;
  const file = files.get(name);
  if (file === undefined) return failureResponse(problem('ROUTE_UNKNOWN'));
  const headers = headersOf(name, file, place.pageOrigin);
  return fileAnswer(file, method, headers, context.req.header('accept-encoding'));
}

const PAGE = '/index.html';

/** The policies of the documents differ from that of other files. */
function headersOf(name: string, file: PageFile, pageOrigin: string): Record<string, string> {
  if (name === PAGE) {
    const policy = pagePolicy(new URL(DIAGRAM_FRAME, pageOrigin));
    return { 'content-security-policy': policy };
  }
  return name === DIAGRAM_FRAME ? diagramFrameHeaders(file.bytes, pageOrigin) : {};
}

function fileAnswer(
  file: PageFile,
  method: 'GET' | 'HEAD',
  own: Readonly<Record<string, string>>,
  acceptEncoding = '',
): Response {
  const headers: Record<string, string> = { ...own, 'content-type': file.type };
  if (file.immutable) headers['cache-control'] = 'public, max-age=31536000, immutable';
  const isCompressed = file.brotli !== undefined && ACCEPTS_BROTLI.test(acceptEncoding);
  if (file.brotli !== undefined) headers['vary'] = 'accept-encoding';
  if (isCompressed) headers['content-encoding'] = 'br';
  const bytes = isCompressed ? file.brotli : file.bytes;
  return new Response(method === 'HEAD' ? null : bytes, { headers });
}

/** `br` without the weight 0 (RFC 9110 §12.5.3). */
const ACCEPTS_BROTLI = /(?:^|,)\s*br\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/i;
