import { isJsonObject, ok, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import type { Home } from '../config/home.ts';
import { isLaunchUrl } from '../server/listener.ts';
import { askRunning } from './ask-running.ts';
import { controlPlace } from './control-address.ts';

/**
 * Returns the URL of the running Postern's page with a new launch code; undefined if none is
 * running.
 */
export async function launchUrlOfRunning(home: Home): Promise<Result<string | undefined, Problem>> {
  const answer = await askRunning(controlPlace(home), 'POST', '/launch');
  if (!answer.ok) return answer;
  const body = answer.value?.body;
  const url = isJsonObject(body) ? body['url'] : undefined;
  // The URL goes into a page, so nothing but the expected form is accepted.
  return ok(typeof url === 'string' && isLaunchUrl(url) ? url : undefined);
}

/** Makes the running Postern save its answers and exit; false if none is running. */
export async function stopRunning(home: Home): Promise<Result<boolean, Problem>> {
  const answer = await askRunning(controlPlace(home), 'POST', '/stop');
  return answer.ok ? ok(answer.value?.status === 200) : answer;
}
