/**
 * Why a store of keys, limits or usage failed. `locked`: the user must unlock the vault first. `unavailable`: the
 * store can't be reached or read; the adapter knows the details.
 */
export interface StoreFailure {
  readonly reason: 'locked' | 'unavailable';
}
