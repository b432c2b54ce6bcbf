import { problem, problemWithDetail, type Problem } from '@postern/protocol';
import { describeVaultFailure } from '@postern/vault';
import type { ReferenceProblem, RunFailure } from './run-failure.ts';

const PROBLEMS: Readonly<Record<ReferenceProblem, string>> = {
  'no-assignment': "it isn't NAME=value",
  'variable-name': 'the name may contain only letters, digits and underscores',
  quotes: "the quotation marks don't match",
  'control-character': 'it has a control character',
  'embedded-reference': 'a reference must be the whole value',
  'reference-form': 'the reference is malformed',
  'not-a-reference': "a value isn't allowed on the command line",
  duplicate: 'the name appears twice',
  unclosed: "the braces aren't closed",
};

/** Describes a failure of a run or of filling in a template. */
export function describeRunFailure(failure: RunFailure): Problem {
  switch (failure.reason) {
    case 'reference-invalid': {
      const place = failure.line === 0 ? failure.at : `${failure.at}, line ${failure.line}`;
      return problemWithDetail('REFERENCE_INVALID', `${place}: ${PROBLEMS[failure.problem]}`);
    }
    case 'references-missing':
      return problemWithDetail('REFERENCES_MISSING', failure.missing.join(', '));
    case 'stdin-takes-one':
      return problemWithDetail('RUN_STDIN_TAKES_ONE', `${failure.count} were given`);
    case 'memory-file-unavailable':
      return problem('RUN_NO_MEMORY_FILE');
    case 'command-not-found':
      return problemWithDetail('COMMAND_NOT_FOUND', failure.command);
    case 'command-not-executable':
      return problemWithDetail('COMMAND_NOT_EXECUTABLE', failure.command);
    default:
      return describeVaultFailure(failure);
  }
}
