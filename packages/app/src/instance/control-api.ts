import { Hono } from 'hono';

/** What the running process does for its own command line, over the control socket. */
export interface ControlParts {
  /** The page's URL with a new launch code. */
  launchUrl(): string;
  status(): Readonly<Record<string, string | number | boolean | null>>;
  lock(): Promise<void>;
  /** Signs out every browser. */
  endSessions(): void;
  stop(): void;
}

/** Available only on a Unix socket of mode 0600, which only this user can open. */
export function createControlApi(parts: ControlParts): Hono {
  const app = new Hono();
  app.post('/launch', (context) => context.json({ url: parts.launchUrl() }));
  app.get('/status', (context) => context.json(parts.status()));
  app.post('/lock', async (context) => {
    await parts.lock();
    return context.json({ locked: true });
  });
  app.post('/sessions/end', (context) => {
    parts.endSessions();
    return context.json({ ended: true });
  });
  app.post('/stop', (context) => {
    parts.stop();
    return context.json({ stopping: true });
  });
  return app;
}
