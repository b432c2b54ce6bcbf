import { isJsonObject, ok, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import type { Home } from '../config/home.ts';
import { askRunning } from './ask-running.ts';
import { controlPlace } from './control-address.ts';

/** It goes into a page, so it is taken for nothing else than what it must be. */
const LAUNCH_URL = /^http:\/\/(?:127\.0\.0\.1|localhost):\d{1,5}\/#launch=[\w-]+$/;

/** The page of the running Postern with a new launch code; undefined if none is running. */
export async function launchUrlOfRunning(home: Home): Promise<Result<string | undefined, Problem>> {
  const answer = await askRunning(controlPlace(home), 'POST', '/launch');
  if (!answer.ok) return answer;
  const body = answer.value?.body;
  const url = isJsonObject(body) ? body['url'] : undefined;
  return ok(typeof url === 'string' && LAUNCH_URL.test(url) ? url : undefined);
}

/** Has the running Postern save its answers and end; false if none is running. */
export async function stopRunning(home: Home): Promise<Result<boolean, Problem>> {
  const answer = await askRunning(controlPlace(home), 'POST', '/stop');
  return answer.ok ? ok(answer.value?.status === 200) : answer;
}
