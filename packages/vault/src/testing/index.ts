export { memoryKeyring, type MemoryKeyring } from './memory-keyring.ts';
export { secretStoreContract, type StoreUnderTest } from './secret-store-contract.ts';
