import { setTimeout } from 'node:timers/promises';
import { ok } from '@postern/kernel';
import type { Upstream } from '../upstream.ts';
import { DEMO_MODELS, demoAnswer, type Pause } from './demo-answer.ts';

const timerPause: Pause = async (ms, signal) => {
  await setTimeout(ms, undefined, { signal });
};

/** The offline demo, which makes no network requests. */
export function demoUpstream(pause: Pause = timerPause): Upstream {
  return {
    ask: (request, signal) => demoAnswer(request, pause, signal),
    listModels: () => Promise.resolve(ok(DEMO_MODELS.map(({ id, label }) => ({ id, label })))),
  };
}
