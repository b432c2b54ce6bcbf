import { EXIT } from '@postern/protocol';
import { examine, isUnsafe } from '@postern/app';
import { findingLines } from './finding-lines.ts';
import { endWith, inspectionParts, report, type CommandContext } from './context.ts';

/** `postern doctor`: checks everything that needs no prompt, with a fix for each problem. */
export async function doctor(context: CommandContext): Promise<void> {
  const findings = await examine(inspectionParts(context), process.versions.node);
  const healthy = !isUnsafe(findings);
  report(context, { healthy, findings }, findingLines(findings));
  if (!healthy) endWith(EXIT.failure);
}
