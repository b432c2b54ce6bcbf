import { EXIT } from '@postern/protocol';
import {
  checkConfigFile,
  checkStart,
  configExample,
  configJsonSchema,
  effectiveSettings,
} from '@postern/app';
import { table } from '../terminal/terminal.ts';
import { endWith, orFail, report, type CommandContext } from './command-context.ts';

/** `postern config check`: every error of the configuration, with its path, and what `serve` would refuse. */
export async function checkConfig(context: CommandContext): Promise<void> {
  const { errors: inFile, ignoredVariables } = orFail(checkConfigFile(context.home));
  const errors = inFile.length > 0 ? inFile : await checkStart(context);
  const { configFile } = context.home;
  const ignored = ignoredVariables.map((name) => `${name}: not a setting, so it is ignored.`);
  const found = errors.map(({ path, problem }) => `${path === '' ? configFile : path}: ${problem}`);
  const lines = errors.length === 0 ? [`${configFile} is valid.`] : found;
  report(context, { valid: errors.length === 0, file: configFile, errors, ignoredVariables }, [
    ...lines,
    ...ignored,
  ]);
  if (errors.length > 0) endWith(EXIT.usage);
}

/** `postern config show`: every setting in effect, and where it comes from. */
export function showConfig(context: CommandContext): void {
  const settings = orFail(effectiveSettings(context.home));
  const rows = settings.map(({ name, value, source, variable }) => [
    name,
    value === null ? '-' : JSON.stringify(value),
    source,
    variable ?? '-',
  ]);
  report(context, { file: context.home.configFile, settings }, [
    table(['setting', 'value', 'source', 'variable'], rows),
  ]);
}

/** `postern config schema`: the JSON Schema, for editors. */
export function printConfigSchema(context: CommandContext): void {
  context.terminal.print(JSON.stringify(configJsonSchema(), null, 2));
}

/** `postern config example`: a file with every setting. */
export function printConfigExample(context: CommandContext): void {
  const example = configExample();
  if (context.json) context.terminal.print(JSON.stringify({ example }));
  else context.terminal.write(example);
}
