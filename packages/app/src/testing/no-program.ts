import type { AppProgram } from '../api/app-api-parts.ts';

/** For tests of routes that don't need one. */
export const noProgram: AppProgram = {
  backUp: () => Promise.reject(new Error('no program')),
  confirmRekey: () => Promise.reject(new Error('no program')),
  erase: () => Promise.reject(new Error('no program')),
  stop: () => undefined,
};
