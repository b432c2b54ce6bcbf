import type { PageEvent } from '@postern/protocol';
import { Broadcast } from './broadcast.ts';

/** Tells every page what changed on another one. */
export function createPageEvents(): Broadcast<PageEvent> {
  return new Broadcast<PageEvent>(() => [{ kind: 'sync' }]);
}
