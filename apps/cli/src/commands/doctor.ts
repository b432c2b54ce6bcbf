import { EXIT } from '@postern/protocol';
import { examine, isUnsafe } from '@postern/app';
import { findingLines } from './finding-lines.ts';
import { endWith, inspectionParts, report, type CommandContext } from './context.ts';

/** `postern doctor`: everything that can be looked at without asking, each with its fix. */
export async function doctor(context: CommandContext): Promise<void> {
  const findings = await examine(inspectionParts(context), process.versions.node);
  const healthy = !isUnsafe(findings);
  report(context, { healthy, findings }, findingLines(findings));
  if (!healthy) endWith(EXIT.failure);
}
