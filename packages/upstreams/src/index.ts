export { askModel } from './ask/ask-model.ts';
export { listModels } from './ask/list-models.ts';
export { createConnections, type Connections } from './connect/connections.ts';
export type { AnswerHeaders, Exchange, ExchangeRequest, ExchangeSink } from './connect/exchange.ts';
export { isLocalHost } from './providers/address.ts';
export { spokenPath } from './providers/spoken-path.ts';
export { providerTable, type ProviderTable } from './providers/provider-table.ts';
export { describeUpstreamFailure, type UpstreamFailure } from './upstream-failure.ts';
