import { DIALECTS } from '@postern/dialects';
import type { DialectId, Provider } from '@postern/protocol';

/** A provider's path for a dialect, below its `baseUrl`; undefined if it doesn't support it over HTTP. */
export function dialectPath(
  provider: Pick<Provider, 'dialect' | 'alsoSpeaks' | 'inProcess'>,
  dialect: DialectId,
): string | undefined {
  if (provider.inProcess) return undefined;
  if (provider.dialect === dialect) return DIALECTS[dialect].answerPath;
  const other = provider.alsoSpeaks?.find((row) => row.dialect === dialect);
  return other === undefined ? undefined : (other.path ?? DIALECTS[dialect].answerPath);
}
