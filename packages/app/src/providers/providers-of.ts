import { aliasProblems } from '@postern/gateway';
import { failed, ok, type Result } from '@postern/kernel';
import { problem, type Config, type Problem } from '@postern/protocol';
import { describeUpstreamFailure, providerTable, type ProviderTable } from '@postern/upstreams';

/** The providers of a configuration, if they and the aliases of their models are usable. */
export function providersOf(config: Config): Result<ProviderTable, Problem> {
  const providers = providerTable(config);
  if (!providers.ok) return failed(describeUpstreamFailure(providers.failure));
  const [first] = aliasProblems(config.gateway.models, providers.value);
  if (first === undefined) return ok(providers.value);
  return failed(problem('CONFIG_INVALID', `${first.path}: ${first.problem}.`));
}
