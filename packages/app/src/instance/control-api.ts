import { Hono } from 'hono';
import type { Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import { failureResponse } from '../api/answers.ts';
import type { ChangedSetting } from '../config/reload-config.ts';

/** What the running process does for its own command line, over the control socket. */
export interface ControlParts {
  /** The page's URL with a new launch code; undefined if this process has no page. */
  launchUrl?(): string;
  status(): Readonly<Record<string, string | number | boolean | null>>;
  lock(): Promise<void>;
  /** Signs out every browser. */
  endSessions(): void;
  stop(): void;
  /** Another process changed chats. */
  chatsChanged(): void;
  /** Reads the configuration again. */
  reload(): Promise<Result<readonly ChangedSetting[], Problem>>;
}

/** Available only on a Unix socket of mode 0600, which only this user can open. */
export function createControlApi(parts: ControlParts): Hono {
  const app = new Hono();
  app.post('/launch', (context) => context.json({ url: parts.launchUrl?.() ?? null }));
  app.get('/status', (context) => context.json(parts.status()));
  app.post('/lock', async (context) => {
    await parts.lock();
    return context.json({ locked: true });
  });
  app.post('/sessions/end', (context) => {
    parts.endSessions();
    return context.json({ ended: true });
  });
  app.post('/reload', async (context) => {
    const changed = await parts.reload();
    return changed.ok ? context.json({ changed: changed.value }) : failureResponse(changed.failure);
  });
  app.post('/chats/changed', (context) => {
    parts.chatsChanged();
    return context.json({ told: true });
  });
  app.post('/stop', (context) => {
    parts.stop();
    return context.json({ stopping: true });
  });
  return app;
}
