import { Option, type Command } from 'commander';
import type { ExportFormatName } from '@postern/audit';
import { forwardAudit, tellBehind } from '../audit-forward.ts';
import { exportAudit, setAuditAside, tailAudit, verifyAudit } from '../audit.ts';
import { wholeNumber, type GetContext } from './option-values.ts';

/** `audit …`. */
export function addAuditCommands(program: Command, context: GetContext): void {
  const audit = program
    .command('audit')
    .description('what was done, by whom, with which credential');
  audit
    .command('tail')
    .description('show the last events')
    .option('-n, --lines <n>', 'how many', wholeNumber, 20)
    .action(async (options: { lines: number }) => {
      await tailAudit(context(), options.lines);
    });
  audit
    .command('verify')
    .description('check that nothing was altered, removed or cut off')
    .action(async () => {
      await verifyAudit(context());
    });
  audit
    .command('set-aside')
    .description('keep a damaged log as evidence and start a new one')
    .option('--yes', 'do not ask', false)
    .action(async (options: { yes: boolean }) => {
      await setAuditAside(context(), options);
    });
  audit
    .command('export')
    .description('write every event in the format of another system')
    .addOption(
      new Option('--format <format>', 'of each line')
        .choices(['jsonl', 'syslog', 'cef', 'ocsf'])
        .default('jsonl'),
    )
    .option('-o, --output <file>', 'a new file instead of standard output')
    .action(async (options: { format: ExportFormatName; output?: string }) => {
      await exportAudit(context(), { format: options.format, output: options.output });
    });
  audit
    .command('forward')
    .description('send the log to the receiver that audit.forward in config.json names')
    .addOption(new Option('--follow', 'stay, and send what comes').conflicts('status'))
    .option('--status', 'only tell how far behind the receiver is')
    .action(async (options: { follow?: true; status?: true }) => {
      if (options.status === true) await tellBehind(context());
      else await forwardAudit(context(), { follow: options.follow === true });
    });
}
