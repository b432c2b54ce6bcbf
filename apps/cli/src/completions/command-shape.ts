import type { Command } from 'commander';

/** What a shell can complete of one command, derived from the program itself. */
export interface CommandShape {
  /**
   * The words of the command, each after a space, such as ` secret set`; empty for the program
   * itself.
   */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly OptionShape[];
  /** Whether `--` may be followed by another program's command. */
  readonly takesCommand: boolean;
}

export interface OptionShape {
  /** Includes the dashes. */
  readonly long: string;
  readonly description: string;
  readonly takesValue: boolean;
  /** Empty if any value is allowed. */
  readonly choices: readonly string[];
}

const HELP: OptionShape = {
  long: '--help',
  description: 'display help for command',
  takesValue: false,
  choices: [],
};

/** The program and every command below it. */
export function commandShapes(command: Command, path = ''): readonly CommandShape[] {
  const below = command.commands.flatMap((each) =>
    [each.name(), ...each.aliases()].map((name) => commandShapes(each, `${path} ${name}`)),
  );
  return [shapeOf(command, path), ...below.flat()];
}

function shapeOf(command: Command, path: string): CommandShape {
  const options = command.options.flatMap((option): readonly OptionShape[] => {
    const { long, description, argChoices, hidden } = option;
    if (long === undefined || hidden) return [];
    const takesValue = option.required || option.optional;
    return [{ long, description, takesValue, choices: argChoices ?? [] }];
  });
  return {
    path,
    commands: command.commands.map((each) => ({
      name: each.name(),
      description: each.description(),
    })),
    options: [...options, HELP],
    takesCommand: command.registeredArguments.some(
      (argument) => argument.name() === 'command' && argument.variadic,
    ),
  };
}
