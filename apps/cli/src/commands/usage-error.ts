import { problem, type Problem } from '@postern/protocol';
import { Command, Help, type ErrorOptions, type Option } from 'commander';
import { CommandFailed } from '../failure/command-failed.ts';

/**
 * A Commander command that reports mistakes as failures. Commander's own messages repeat what was
 * typed, which may be a secret in the wrong place; these messages never do.
 */
export class PosternCommand extends Command {
  override createCommand(name?: string): PosternCommand {
    return new PosternCommand(name);
  }

  override createHelp(): Help {
    return Object.assign(new HelpWithoutFalse(), this.configureHelp());
  }

  override error(message: string, { code = '' }: ErrorOptions = {}): never {
    throw new CommandFailed(describeUsage(this, code, message));
  }
}

/** Omits a default of `false`, which every flag has. */
class HelpWithoutFalse extends Help {
  override optionDescription(option: Option): string {
    return option.defaultValue === false ? option.description : super.optionDescription(option);
  }
}

/** `postern secret set`. */
export function pathOf(command: Command): string {
  const { parent } = command;
  return parent === null ? command.name() : `${pathOf(parent)} ${command.name()}`;
}

/** These read a value from a prompt, but users try to pass it as an argument. */
const TAKE_A_VALUE: ReadonlySet<string> = new Set(['postern secret set', 'postern secret rotate']);

const MISPLACED_VALUE =
  'Enter the value when asked, or on standard input. If you typed a real key, remove it from your ' +
  "shell's history and replace it at its provider.";

function describeUsage(command: Command, code: string, message: string): Problem {
  const path = pathOf(command);
  const usage = problem('USAGE', sentence(code, message, path, `${path} ${command.usage()}`));
  const isMisplaced = code === 'commander.excessArguments' && TAKE_A_VALUE.has(path);
  return { ...usage, remedy: isMisplaced ? MISPLACED_VALUE : `Run ${path} --help.` };
}

function sentence(code: string, message: string, path: string, usage: string): string {
  switch (code) {
    case 'commander.missingArgument':
      return `An argument is missing. Usage: ${usage}.`;
    case 'commander.excessArguments':
      return `Too many arguments. Usage: ${usage}.`;
    case 'commander.optionMissingArgument':
      return `The option ${flagsIn(message)} needs a value.`;
    case 'commander.missingMandatoryOptionValue':
      return `The option ${flagsIn(message)} is required.`;
    case 'commander.conflictingOption':
      return `The options ${flagsIn(message)} can't be used together.`;
    case 'commander.unknownOption':
      return `${path} has no such option.${suggestionIn(message, '')}`;
    case 'commander.unknownCommand':
      return `${path} has no such command.${suggestionIn(message, `${path} `)}`;
    case 'commander.invalidArgument':
      return invalidValue(message);
    default:
      return problem('USAGE').message;
  }
}

/** Returns the option names in a message that quotes nothing else. */
function flagsIn(message: string): string {
  return [...message.matchAll(/'([^']+)'/g)].map(([, flags = '']) => flags).join(' and ');
}

/** Returns Commander's suggestion, which follows the quoted text at the end of the message. */
function suggestionIn(message: string, before: string): string {
  const [, names = ''] = /\n\(Did you mean (?:one of )?([a-z0-9, -]+)\?\)$/.exec(message) ?? [];
  const suggested = names === '' ? [] : names.split(', ').map((name) => `${before}${name}`);
  return suggested.length === 0 ? '' : ` Did you mean ${suggested.join(' or ')}?`;
}

const OF_OPTION = /^error: option '([^']+)' argument '/;
const BEHIND_OPTION = "' is invalid. ";
const BEHIND_ARGUMENT = "' is invalid for argument '";

/** Uses only the text before and after the value, which may contain anything. */
function invalidValue(message: string): string {
  const [, flags] = OF_OPTION.exec(message) ?? [];
  const behind = flags === undefined ? BEHIND_ARGUMENT : BEHIND_OPTION;
  const rest = message.slice(message.lastIndexOf(behind) + behind.length);
  if (flags !== undefined) return `Invalid value for ${flags}. ${rest}`;
  const [name = '', ...reason] = rest.split("'. ");
  return `Invalid value for <${name}>. ${reason.join("'. ")}`;
}
