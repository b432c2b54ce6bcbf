import { problem } from '@postern/protocol';
import { askRunning, controlPlace } from '@postern/app';
import { openInBrowser } from './open-in-browser.ts';
import { fail, orFail, report, type CommandContext } from './context.ts';
import { launchUrlOfRunning } from './up.ts';

/** `postern open`: a fresh link to the running Postern's page. */
export async function open(context: CommandContext): Promise<void> {
  const url = await launchUrlOfRunning(context);
  if (url === undefined) fail(problem('NOT_RUNNING'));
  report(context, { url }, [url]);
  if (context.environment.hasDisplay && context.terminal.interactive && !context.json) {
    openInBrowser(context.home.runtimeDir, url);
  }
}

/** `postern stop`: the running Postern saves its answers and ends. */
export async function stop(context: CommandContext): Promise<void> {
  const asked = await askRunning(controlPlace(context.home), 'POST', '/stop');
  const answer = orFail(asked);
  if (answer?.status !== 200) fail(problem('NOT_RUNNING'));
  report(context, { stopping: true }, ['Stopping.']);
}
