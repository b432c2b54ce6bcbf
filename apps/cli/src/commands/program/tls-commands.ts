import type { Command } from 'commander';
import type { GetContext } from './option-values.ts';

/** `tls …`. */
export function addTlsCommands(program: Command, context: GetContext): void {
  const tls = program.command('tls').description('certificates for developing with the gateway');
  tls
    .command('show')
    .description("show the authority of this home's development certificates")
    .action(async () => {
      const { showAuthority } = await import('../tls.ts');
      await showAuthority(context());
    });
  tls
    .command('trust')
    .description('print how to trust it on each system; changes nothing')
    .action(async () => {
      const { explainTrust } = await import('../tls.ts');
      await explainTrust(context());
    });
}
