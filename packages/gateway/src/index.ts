export type { BodyLog, CallBodies } from './debug/body-log.ts';
export { describeGatewayFailure, type GatewayFailure } from './failure.ts';
export { SAFE_HEADERS } from './headers/answer-headers.ts';
export { UPSTREAM_HEADER } from './headers/upstream-name.ts';
export { WARNINGS_HEADER } from './headers/warnings-header.ts';
export { inAddressRanges } from './http/address-ranges.ts';
export { IDEMPOTENCY_HEADER } from './idempotency/request-fingerprint.ts';
export { REPLAYED_HEADER } from './idempotency/recorded-response.ts';
export { createGateway, type Gateway } from './http/gateway.ts';
export {
  CLOSED_SETTINGS,
  describeGatewayKeyFailure,
  gatewayKeyState,
  type GatewayKeyFailure,
  type GatewayKeyRecord,
  type GatewayKeyState,
  type IssuedKey,
  type KeySettings,
} from './keys/gateway-key.ts';
export { SqliteAdmission } from './keys/sqlite-admission.ts';
export {
  DEFAULT_LIMITS,
  type Callers,
  type GatewayDeps,
  type GatewayLimits,
  type KeyRefusal,
  type RoutingEvent,
  type RoutingSettings,
  type UpstreamCredentialFailure,
} from './ports.ts';
export { builtInFacts, priceTable, type PriceTable } from './prices/price-table.ts';
export { aliasProblems, aliasTable } from './route/aliases.ts';
export { isGatewayTarget, routeName, ROUTES, type Route } from './route/routes.ts';
export { isLoopback, networkOf, type AddressAdmission } from './admit/address-limits.ts';
export { LeasedAddressLimits } from './admit/leased-address-limits.ts';
export {
  SharedAddressLimits,
  type AddressLeave,
  type AddressReport,
} from './admit/shared-address-limits.ts';
export { openGatewayStore, type GatewayStore } from './store/open-gateway-store.ts';
export { usdText } from './prices/usd-text.ts';
export type { BudgetRaise } from './budget/raise-budget.ts';
export { BudgetPeriods } from './budget/budget-periods.ts';
export type { UsageGroup, UsageRow } from './usage/usage-report.ts';
export type { UsageEntry } from './usage/usage-log.ts';
