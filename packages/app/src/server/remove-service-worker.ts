import type { IncomingMessage, ServerResponse } from 'node:http';
import { SECURITY_HEADERS } from './security-headers.ts';

/** Removes itself, and loads the open pages again without it. */
const SCRIPT = `
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => {
  event.waitUntil(
    self.registration
      .unregister()
      .then(() => self.clients.matchAll({ type: 'window', includeUncontrolled: true }))
      .then((pages) => {
        // Not awaited: these requests wait until this worker is active.
        for (const page of pages) page.navigate(page.url);
      }),
  );
});
`;

/**
 * The page has no service worker. A browser that asks for one has that of another program, which used
 * this port while Postern was stopped. Browsers ask the network for it, not the worker itself.
 */
export function asksForServiceWorker({ headers }: IncomingMessage): boolean {
  return headers['service-worker'] === 'script';
}

/** Replaces it by one that removes itself. */
export function removeServiceWorker(response: ServerResponse): void {
  const headers = {
    ...SECURITY_HEADERS,
    'content-type': 'text/javascript',
    // Otherwise one for a larger scope than its path would stay.
    'service-worker-allowed': '/',
  };
  response.writeHead(200, headers).end(SCRIPT);
}
