import { Hono, type Context } from 'hono';
import { described } from '../failure/described.ts';
import type { HostGuard } from '../server/host-guard.ts';
import type { PageFile } from '../server/page-files.ts';
import { SECURITY_HEADERS } from '../server/security-headers.ts';
import { failureResponse } from './answers.ts';

/**
 * The page's own files. They hold nothing of the person's, so they need no session; but they too
 * answer only under a known host, and to another site only as a place to go to (a link), never as
 * a frame, a script or data.
 */
export function createPage(
  files: ReadonlyMap<string, PageFile> | undefined,
  guard: HostGuard,
): Hono {
  const app = new Hono();
  app.all('*', (context) => {
    const answer = pageAnswer(files, guard, context);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      if (!answer.headers.has(name)) answer.headers.set(name, value);
    }
    return answer;
  });
  return app;
}

function pageAnswer(
  files: ReadonlyMap<string, PageFile> | undefined,
  guard: HostGuard,
  context: Context,
): Response {
  const fetchSite = context.req.header('sec-fetch-site');
  const isNavigation = context.req.header('sec-fetch-mode') === 'navigate';
  const admitted = guard.admits({
    host: context.req.header('host'),
    origin: context.req.header('origin'),
    fetchSite: isNavigation && context.req.path === '/' ? 'none' : fetchSite,
  });
  if (!admitted) return failureResponse(described('ORIGIN_REFUSED'));
  const { method, path } = context.req;
  if (method !== 'GET' && method !== 'HEAD')
    return failureResponse(described('METHOD_NOT_ALLOWED'));
  if (files === undefined) {
    return new Response('The page was not built. Run npm run build.\n', { status: 503 });
  }
  const file = files.get(path === '/' ? '/index.html' : path);
  if (file === undefined) return failureResponse(described('ROUTE_UNKNOWN'));
  const headers: Record<string, string> = { 'content-type': file.type };
  if (file.immutable) headers['cache-control'] = 'public, max-age=31536000, immutable';
  return new Response(method === 'HEAD' ? null : file.bytes, { headers });
}
