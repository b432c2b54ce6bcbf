import { parseSecretName, testSecret } from '@postern/app';
import { connectOrUnlock, openHome, orFail, report, type CommandContext } from './context.ts';

/** `postern secret test NAME`: sends one cheap request with the key to its provider. */
export async function testSecretNamed(context: CommandContext, nameText: string): Promise<void> {
  const name = orFail(parseSecretName(nameText));
  const vault = await connectOrUnlock(context);
  const { config } = openHome(context);
  const tested = orFail(await testSecret(context, vault, config, name));
  const { provider, modelCount, latencyMs } = tested;
  report(context, { name, provider: provider.id, accepted: true, modelCount, latencyMs }, [
    `${provider.label} accepts ${name} (${String(modelCount)} models, ${String(latencyMs)} ms).`,
  ]);
}
