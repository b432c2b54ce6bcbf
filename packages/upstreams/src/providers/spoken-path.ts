import { DIALECTS } from '@postern/dialects';
import type { DialectId, Provider } from '@postern/protocol';

/** A provider's path for a dialect, below its `baseUrl`; undefined if it doesn't support it over HTTP. */
export function spokenPath(
  provider: Pick<Provider, 'dialect' | 'alsoSpeaks' | 'inProcess'>,
  dialect: DialectId,
): string | undefined {
  if (provider.inProcess) return undefined;
  if (provider.dialect === dialect) return DIALECTS[dialect].answerPath;
  const spoken = provider.alsoSpeaks?.find((other) => other.dialect === dialect);
  return spoken === undefined ? undefined : (spoken.path ?? DIALECTS[dialect].answerPath);
}
