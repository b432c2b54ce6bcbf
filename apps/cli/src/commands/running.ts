import { problem } from '@postern/protocol';
import { launchUrlOfRunning, reloadRunning, stopRunning } from '@postern/app';
import { openInBrowser } from './open-in-browser.ts';
import { fail, orFail, report, type CommandContext } from './context.ts';

/** `postern open`: prints a new link to the running Postern's page. */
export async function open(context: CommandContext): Promise<void> {
  const url = orFail(await launchUrlOfRunning(context.home));
  if (url === undefined) fail(problem('NOT_RUNNING'));
  report(context, { url }, [url]);
  if (context.environment.hasDisplay && context.terminal.interactive && !context.json) {
    openInBrowser(context.home.runtimeDir, url);
  }
}

/** `postern stop`: the running Postern saves its answers and exits. */
export async function stop(context: CommandContext): Promise<void> {
  if (!orFail(await stopRunning(context.home))) fail(problem('NOT_RUNNING'));
  report(context, { stopping: true }, ['Stopping.']);
}

/** `postern reload`: the running Postern reads its configuration again. */
export async function reload(context: CommandContext): Promise<void> {
  const changed = orFail(await reloadRunning(context.home));
  const lines = changed.map(
    ({ name, isApplied }) => `${name}: ${isApplied ? 'in effect' : 'takes effect after a restart'}`,
  );
  report(context, { changed }, lines.length === 0 ? ['Nothing changed.'] : lines);
}
