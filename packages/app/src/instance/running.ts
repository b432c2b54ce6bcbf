import * as v from 'valibot';
import { failed, isJsonObject, ok, type Result } from '@postern/kernel';
import { problem, settingName, type Problem } from '@postern/protocol';
import type { ChangedSetting } from '../config/reload-config.ts';
import type { Home } from '../config/home.ts';
import { isLaunchUrl } from '../server/listener.ts';
import { askRunning } from './ask-running.ts';
import { failureOf } from './connect.ts';
import { controlPlace } from './control-address.ts';

type ReloadedSetting = Pick<ChangedSetting, 'name' | 'isApplied'>;

const ReloadSchema = v.object({
  changed: v.array(
    v.object({
      name: v.pipe(
        v.string(),
        v.transform((name) => settingName.from(name)),
      ),
      isApplied: v.boolean(),
    }),
  ),
});

/**
 * Returns the URL of the running Postern's page with a new launch code; undefined if none is
 * running.
 */
export async function launchUrlOfRunning(home: Home): Promise<Result<string | undefined, Problem>> {
  const answer = await askRunning(controlPlace(home), 'POST', '/launch');
  if (!answer.ok) return answer;
  const body = answer.value?.body;
  if (isJsonObject(body) && body['url'] === null) {
    const message = 'The running Postern serves only the gateway, without a page.';
    return failed(problem('NOT_RUNNING', message, 'Stop it and start the page: postern up.'));
  }
  const url = isJsonObject(body) ? body['url'] : undefined;
  // The URL goes into a page, so nothing but the expected form is accepted.
  return ok(typeof url === 'string' && isLaunchUrl(url) ? url : undefined);
}

/** Makes the running Postern read its configuration again. Returns the settings that changed. */
export async function reloadRunning(
  home: Home,
): Promise<Result<readonly ReloadedSetting[], Problem>> {
  const answer = await askRunning(controlPlace(home), 'POST', '/reload');
  if (!answer.ok) return answer;
  if (answer.value === undefined) return failed(problem('NOT_RUNNING'));
  const { status, body } = answer.value;
  if (status >= 400) return failed(failureOf(body));
  const parsed = v.safeParse(ReloadSchema, body);
  return parsed.success ? ok(parsed.output.changed) : failed(problem('INTERNAL'));
}

/** Makes the running Postern save its answers and exit; false if none is running. */
export async function stopRunning(home: Home): Promise<Result<boolean, Problem>> {
  const answer = await askRunning(controlPlace(home), 'POST', '/stop');
  return answer.ok ? ok(answer.value?.status === 200) : answer;
}

/** Tells the running Postern, if there is one, that this process changed chats, so that its pages reload their lists. */
export async function tellChatsChanged(home: Home): Promise<void> {
  // The chats are stored, whether it hears of them or not.
  await askRunning(controlPlace(home), 'POST', '/chats/changed');
}
