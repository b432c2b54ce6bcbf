import { problem, type Problem } from '@postern/protocol';
import { Command, type ErrorOptions } from 'commander';
import { CommandFailed } from '../failure/command-failed.ts';

/**
 * Commander, except that a mistake is a failure like any other. Its own sentences repeat what was
 * typed, which may be a secret in the wrong place: here no sentence does.
 */
export class PosternCommand extends Command {
  override createCommand(name?: string): PosternCommand {
    return new PosternCommand(name);
  }

  override error(message: string, { code = '' }: ErrorOptions = {}): never {
    throw new CommandFailed(describeUsage(this, code, message));
  }
}

/** `postern secret set`. */
export function pathOf(command: Command): string {
  const { parent } = command;
  return parent === null ? command.name() : `${pathOf(parent)} ${command.name()}`;
}

/** These take a value, which people try to give as an argument. */
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

/** The names of options in a message that holds nothing else in quotation marks. */
function flagsIn(message: string): string {
  return [...message.matchAll(/'([^']+)'/g)].map(([, flags = '']) => flags).join(' and ');
}

/** Commander's suggestion stands at the end, behind what was typed and its quotation mark. */
function suggestionIn(message: string, before: string): string {
  const [, names = ''] = /\n\(Did you mean (?:one of )?([a-z0-9, -]+)\?\)$/.exec(message) ?? [];
  const suggested = names === '' ? [] : names.split(', ').map((name) => `${before}${name}`);
  return suggested.length === 0 ? '' : ` Did you mean ${suggested.join(' or ')}?`;
}

const OF_OPTION = /^error: option '([^']+)' argument '/;
const BEHIND_OPTION = "' is invalid. ";
const BEHIND_ARGUMENT = "' is invalid for argument '";

/** Only what stands before and behind the value, which may hold anything. */
function invalidValue(message: string): string {
  const [, flags] = OF_OPTION.exec(message) ?? [];
  const behind = flags === undefined ? BEHIND_ARGUMENT : BEHIND_OPTION;
  const rest = message.slice(message.lastIndexOf(behind) + behind.length);
  if (flags !== undefined) return `Invalid value for ${flags}. ${rest}`;
  const [name = '', ...reason] = rest.split("'. ");
  return `Invalid value for <${name}>. ${reason.join("'. ")}`;
}
