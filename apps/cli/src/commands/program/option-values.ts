import { InvalidArgumentError } from 'commander';
import { parseDurationMs } from '@postern/app';
import type { CommandContext } from '../command-context.ts';
import type { ChosenPlaces } from '../make-context.ts';

/**
 * Returns a command's context. It is created when the command runs, because the options are known
 * only then.
 */
export type GetContext = (places?: ChosenPlaces) => CommandContext;

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** For an option that can be repeated. */
export function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** Parses `name=value`; each attribute can be given once. */
export function attribute(
  text: string,
  before: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError('An attribute looks like name=value.');
  }
  return { ...before, [name]: value };
}

export function duration(text: string): string {
  if (parseDurationMs(text) !== undefined) return text;
  throw new InvalidArgumentError('A time looks like 90s, 15m, 8h or 1d.');
}

export function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError('A port is 0 to 65535.');
  return port;
}

export function workerCount(text: string): number {
  const count = wholeNumber(text);
  if (count < 1 || count > 64) throw new InvalidArgumentError('It must be 1 to 64.');
  return count;
}
